"""Ask a fine-tuned model the questions about the participants of some splits."""

from biomechgpt import job

job.start(snakemake, snakemake.params.threads)

from pathlib import Path

from biomechgpt.language_model.prediction import predict_file

predict_file(
    Path(snakemake.input.model[0]),
    [Path(path) for path in snakemake.input.tokens],
    Path(snakemake.input.questions),
    Path(snakemake.output[0]),
    snakemake.params.splits,
    *map(Path, snakemake.input.features),
    videos=next(map(Path, snakemake.input.videos), None),
    showing=snakemake.wildcards.get("showing"),
)
job.finish(snakemake)
