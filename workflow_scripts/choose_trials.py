"""List the true answer to each task about each trial, and count them."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.cohort.shards import check_labels
from biomechgpt.cohort.tables import read_cohorts, select_cohorts, trial_labels
from biomechgpt.files import replacing
from biomechgpt.questions.choice import choose_trials
from biomechgpt.questions.label_reading import read_as_meant
from biomechgpt.questions.truths import SCHEMA, list_truths, table_one, write_rows
from biomechgpt.settings.question_settings import question_settings
from biomechgpt.splits.folds_file import read_folds

params, outputs = snakemake.params, snakemake.output
cohorts = read_cohorts(params.cohorts)
check_labels(select_cohorts(cohorts, params.recorded), params.columns, params.labels)
tasks = question_settings(params.cfg)
choice = choose_trials(
    trial_labels([read_as_meant(cohort, tasks) for cohort in cohorts]),
    pd.read_parquet(snakemake.input.trials, columns=["trial_id", "participant_id"]),
    read_folds(snakemake.input.folds),
    snakemake.wildcards.fold,
    tasks,
    params.min_training_participants,
)
n_truths = write_rows(outputs.truths, list_truths(choice.tasks), SCHEMA)
for path, table in (
    (outputs.table, table_one(outputs.truths)),
    (outputs.left_out, choice.left_out),
):
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False)
log.info("%d true answers", n_truths)
job.finish(snakemake)
