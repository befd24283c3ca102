import pandas as pd

from biomechgpt import job
from biomechgpt.cohort import tables
from biomechgpt.files import replacing
from biomechgpt.motion.folds import assign_folds

log = job.start(snakemake.log[0], snakemake.rule)
cohorts = snakemake.params.cohorts
roles = {cohort["name"]: cohort["role"] for cohort in cohorts}
trials = pd.read_parquet(snakemake.input.trials)
folds = assign_folds(trials, tables.trial_labels(cohorts), roles, snakemake.params.cfg)
with replacing(snakemake.output.folds) as path:
    folds.to_csv(path, sep="\t", index=False)
log.info("participants:\n%s", folds.groupby(["fold", "split"]).size().to_string())
