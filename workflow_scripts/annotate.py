"""Ask a model all its questions about new recordings."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.annotation import annotate
from biomechgpt.language_model.recordings import Recordings

cfg = snakemake.params.cfg
annotate(
    Path(snakemake.input.model),
    Recordings(Path(snakemake.input.cohort), snakemake.input.maps, cfg["ingest"], cfg["motion"]),
    Path(snakemake.output.answers),
    Path(snakemake.output.issues),
)
job.finish(snakemake)
