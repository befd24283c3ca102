"""Answer the questions of one fold with a baseline, for every seed."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.baselines.run import run_baseline
from biomechgpt.settings.baselines_section import BaselineSettings

wildcards, params = snakemake.wildcards, snakemake.params
inputs = dict(snakemake.input.items())
truths = inputs.pop("truths")
seed = wildcards.get("seed")
written = params.seeds if seed is None else [int(seed)]
run_baseline(
    BaselineSettings.model_validate(params.cfg),
    inputs,
    params.labels,
    {"fold": wildcards.fold, "variant": wildcards.baseline},
    truths,
    dict(zip(written, snakemake.output, strict=True)),
    params.seeds,
)
job.finish(snakemake)
