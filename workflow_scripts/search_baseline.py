"""Search XGBoost's parameters once for each task of a fold."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.baselines.parameter_search import search_baseline

search_baseline(
    snakemake.input.tokens,
    snakemake.input.truths,
    snakemake.params.cfg,
    snakemake.output[0],
)
job.finish(snakemake)
