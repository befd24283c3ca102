"""Divide the participants into training, validation and test."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.cohort.shards import check_labels
from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.files import replacing
from biomechgpt.splits.folds import COLUMNS_READ, assign_folds

cohorts, cfg = snakemake.params.cohorts, snakemake.params.cfg
recorded = read_cohorts(snakemake.params.recorded)
check_labels(recorded, cfg["stratify_by"], snakemake.params.labels)
folds = assign_folds(
    pd.read_parquet(snakemake.input.trials, columns=COLUMNS_READ),
    trial_labels(read_cohorts(cohorts)),
    {cohort["name"]: cohort["role"] for cohort in cohorts},
    cfg,
)
with replacing(snakemake.output.folds) as path:
    folds.to_csv(path, sep="\t", index=False)
log.info("participants:\n%s", folds.groupby(["fold", "split"]).size().to_string())
job.finish(snakemake)
