"""Answer the questions of one fold and seed with a baseline."""

from biomechgpt import job

job.start(snakemake.log[0], snakemake.rule)

from biomechgpt.baselines.run import run_baseline

names = snakemake.wildcards
run_baseline(
    snakemake.input.tokens,
    snakemake.input.questions,
    snakemake.input.parameters,
    snakemake.output[0],
    {"fold": names.fold, "variant": names.baseline, "seed": int(names.seed)},
    shuffled=snakemake.params.cfg["labels"] == "shuffled",
)
