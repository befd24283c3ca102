"""Answer the questions of one fold with a baseline, for every seed."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.baselines.run import run_baseline

inputs = dict(snakemake.input.items())
truths = inputs.pop("truths")
run_baseline(
    snakemake.params.cfg,
    inputs,
    snakemake.params.labels,
    {"fold": snakemake.wildcards.fold, "variant": snakemake.wildcards.baseline},
    truths,
    dict(zip(snakemake.params.seeds, snakemake.output, strict=True)),
)
job.finish(snakemake)
