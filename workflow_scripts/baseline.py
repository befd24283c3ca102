"""Answer the questions of one fold with a baseline, for every seed."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.baselines.run import run_baseline

inputs = dict(snakemake.input.items())
questions, seeds = inputs.pop("questions"), snakemake.params.seeds
run_baseline(
    snakemake.params.cfg,
    inputs,
    snakemake.params.labels,
    {"fold": snakemake.wildcards.fold, "variant": snakemake.wildcards.baseline},
    dict(zip(seeds, questions, strict=True)),
    dict(zip(seeds, snakemake.output, strict=True)),
)
job.finish(snakemake)
