"""Write a question and its answer for each trial and task, and count them."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.cohort.shards import check_labels
from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.files import replacing
from biomechgpt.motion.folds_file import read_folds
from biomechgpt.questions.choice import choose_trials
from biomechgpt.questions.generate import generate_questions, table_one, write_questions
from biomechgpt.questions.tasks import read_tasks

params, cfg = snakemake.params, snakemake.params.cfg
check_labels(read_cohorts(params.recorded), params.columns, params.labels)
tasks = read_tasks(cfg, dict(zip(cfg, snakemake.input.phrasings, strict=True)))
choice = choose_trials(
    trial_labels(read_cohorts(params.cohorts)),
    pd.read_parquet(snakemake.input.trials, columns=["trial_id", "participant_id"]),
    read_folds(snakemake.input.folds),
    snakemake.wildcards.fold,
    tasks,
    params.min_training_participants,
)
rows = generate_questions(choice.chosen, int(snakemake.wildcards.seed))
n_questions = write_questions(snakemake.output.questions, rows)
with replacing(snakemake.output.table) as path:
    table_one(snakemake.output.questions).to_csv(path, sep="\t", index=False)
with replacing(snakemake.output.left_out) as path:
    choice.left_out.to_csv(path, sep="\t", index=False)
log.info("%d questions", n_questions)
job.finish(snakemake)
