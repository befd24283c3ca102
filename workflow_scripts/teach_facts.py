"""Teach an embedded base model to say what kinematics measure."""

from biomechgpt import job

job.start(snakemake)

from pathlib import Path

from biomechgpt.language_model.fact_reading import teach_facts

teach_facts(
    Path(snakemake.input.base),
    Path(snakemake.input.encoder),
    Path(snakemake.input.copies),
    Path(snakemake.output[0]),
    snakemake.params.code,
)
job.finish(snakemake)
