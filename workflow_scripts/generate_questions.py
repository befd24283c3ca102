"""Put the question about each trial and task into words."""

from biomechgpt import job

log = job.start(snakemake)

from biomechgpt.questions.generate import SCHEMA, generate_questions
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.questions.truths import read_truths, write_rows
from biomechgpt.settings.question_settings import question_settings

settings = question_settings(snakemake.params.cfg)
tasks = read_tasks(settings, dict(zip(settings, snakemake.input.phrasings, strict=True)))
truths = read_truths(snakemake.input.truths)
rows = generate_questions(truths, tasks, int(snakemake.wildcards.seed))
log.info("%d questions", write_rows(snakemake.output[0], rows, SCHEMA))
job.finish(snakemake)
