"""Answer the questions of one fold and seed with a baseline."""

from biomechgpt import job
from biomechgpt.baselines.run import run_baseline

job.start(snakemake.log[0], snakemake.rule)
names = snakemake.wildcards
run_baseline(
    snakemake.input.tokens,
    snakemake.input.questions,
    snakemake.input.parameters,
    snakemake.output[0],
    {"fold": names.fold, "variant": names.baseline, "seed": int(names.seed)},
    shuffled=snakemake.params.cfg["labels"] == "shuffled",
)
