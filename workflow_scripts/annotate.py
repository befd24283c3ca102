"""Ask a model all its questions on new recordings."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.annotation import annotate

annotate(
    Path(snakemake.input.model),
    Path(snakemake.input.cohort),
    snakemake.input.maps,
    Path(snakemake.output.answers),
    Path(snakemake.output.issues),
)
job.finish(snakemake)
