"""Write a question and its answer for each trial and task, and count them."""

from biomechgpt import job

log = job.start(snakemake.log[0], snakemake.rule)

import pandas as pd

from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.files import replacing
from biomechgpt.motion.folds_file import read_folds
from biomechgpt.questions.generate import generate_questions, table_one, write_questions
from biomechgpt.questions.tasks import read_tasks

cfg = snakemake.params.cfg
tasks = read_tasks(cfg, dict(zip(cfg, snakemake.input.phrasings, strict=True)))
questions = generate_questions(
    trial_labels(read_cohorts(snakemake.params.cohorts)),
    pd.read_parquet(snakemake.input.trials),
    read_folds(snakemake.input.folds),
    snakemake.wildcards.fold,
    tasks,
    int(snakemake.wildcards.seed),
)
write_questions(snakemake.output.questions, questions)
with replacing(snakemake.output.table) as path:
    table_one(questions).to_csv(path, sep="\t", index=False)
log.info("%d questions", len(questions))
