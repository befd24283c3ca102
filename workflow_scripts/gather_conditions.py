"""List what the trials are like that a generation task is learnt from."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.cohort.shards import check_labels
from biomechgpt.cohort.tables import read_cohorts, select_cohorts, trial_labels
from biomechgpt.files import replacing
from biomechgpt.questions.condition_table import condition_table
from biomechgpt.questions.label_reading import read_as_meant
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.question_settings import question_settings
from biomechgpt.splits.folds_file import read_folds

files, params = snakemake.input, snakemake.params
cohorts = read_cohorts(params.cohorts)
check_labels(select_cohorts(cohorts, params.recorded), params.columns, params.labels)
questions = question_settings(params.questions)
folds = read_folds(files.folds)
of_fold = folds[folds["fold"] == snakemake.wildcards.fold]
table = condition_table(
    pd.read_parquet(files.trials, columns=["trial_id", "participant_id"]),
    trial_labels([read_as_meant(cohort, questions) for cohort in cohorts]),
    pd.concat([pd.read_parquet(path) for path in files.gait_features]),
    of_fold.set_index("participant_id")["split"],
    snakemake.wildcards.generation_task,
    GenerationTaskSettings.model_validate(params.cfg),
)
with replacing(snakemake.output[0]) as temporary:
    table.to_parquet(temporary, index=False)
log.info("%d trials", len(table))
job.finish(snakemake)
