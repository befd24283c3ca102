"""Divide the participants into training, validation and test."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.cohort.cell_meanings import with_meanings
from biomechgpt.cohort.shards import check_labels
from biomechgpt.cohort.tables import read_cohorts, select_cohorts, trial_labels
from biomechgpt.files import replacing
from biomechgpt.settings.split_section import SplitSettings
from biomechgpt.splits.folds import COLUMNS_READ, assign_folds

params, settings = snakemake.params, SplitSettings.model_validate(snakemake.params.cfg)
cohorts = read_cohorts(params.cohorts)
recorded = select_cohorts(cohorts, params.recorded)
check_labels(recorded, settings.stratify_by, params.labels)
folds = assign_folds(
    pd.read_parquet(snakemake.input.trials, columns=COLUMNS_READ),
    trial_labels([with_meanings(cohort, params.meanings) for cohort in cohorts]),
    {entry["name"]: entry["role"] for entry in params.cohorts},
    settings,
)
with replacing(snakemake.output.folds) as path:
    folds.to_csv(path, sep="\t", index=False)
log.info("participants:\n%s", folds.groupby(["fold", "split"]).size().to_string())
job.finish(snakemake)
