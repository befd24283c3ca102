import pandas as pd

from biomechgpt import job
from biomechgpt.cohort import tables
from biomechgpt.files import replacing
from biomechgpt.questions.generate import generate_questions, table_one, write_questions
from biomechgpt.questions.tasks import read_tasks

log = job.start(snakemake.log[0], snakemake.rule)
params, wildcards = snakemake.params, snakemake.wildcards
phrasing_files = dict(zip(params.cfg, snakemake.input.phrasings, strict=True))
questions = generate_questions(
    tables.trial_labels(params.cohorts),
    pd.read_parquet(snakemake.input.trials),
    pd.read_csv(snakemake.input.folds, sep="\t", dtype=str),
    wildcards.fold,
    read_tasks(params.cfg, phrasing_files),
    int(wildcards.seed),
)
write_questions(snakemake.output.questions, questions)
with replacing(snakemake.output.table) as path:
    table_one(questions).to_csv(path, sep="\t", index=False)
log.info("%d questions", len(questions))
