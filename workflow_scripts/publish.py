"""Put a model, its card and its calibration into one folder that others can use."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.report.model_card import publish

publish(
    snakemake.input.model[0],
    snakemake.input.metrics,
    Path(snakemake.input.tables),
    Path(snakemake.output[0]),
)
job.finish(snakemake)
