"""Search XGBoost's parameters once for each task of a fold."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.baselines.parameter_search import search_baseline
from biomechgpt.settings.baselines_section import BaselineSearchSettings

search_baseline(
    snakemake.input.tokens,
    snakemake.input.truths,
    BaselineSearchSettings.model_validate(snakemake.params.cfg),
    snakemake.output[0],
)
job.finish(snakemake)
