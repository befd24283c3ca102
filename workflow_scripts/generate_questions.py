"""Put a question in words for each trial and task."""

from biomechgpt import job

log = job.start(snakemake)

from biomechgpt.questions.generate import SCHEMA, generate_questions
from biomechgpt.questions.tasks import read_tasks
from biomechgpt.questions.truths import read_truths, write_rows

cfg, given = snakemake.params.cfg, snakemake.input
tasks = read_tasks(cfg, dict(zip(cfg, given.phrasings, strict=True)))
rows = generate_questions(read_truths(given.truths), tasks, int(snakemake.wildcards.seed))
log.info("%d questions", write_rows(snakemake.output[0], rows, SCHEMA))
job.finish(snakemake)
