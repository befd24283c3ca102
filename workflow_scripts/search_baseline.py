"""Search XGBoost's parameters once for each task of a fold."""

from biomechgpt import job
from biomechgpt.baselines.run import search_baseline

job.start(snakemake.log[0], snakemake.rule)
search_baseline(
    snakemake.input.tokens,
    snakemake.input.questions[0],
    snakemake.params.cfg,
    snakemake.output[0],
)
