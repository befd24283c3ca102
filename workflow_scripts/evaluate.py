"""Measure all predictions: metrics.parquet, the tables and the figures."""

from biomechgpt import job

log = job.start(snakemake.log[0], snakemake.rule)

import pandas as pd

from biomechgpt.evaluation.evaluate import evaluate, in_order, write_metrics
from biomechgpt.evaluation.figures import draw_all
from biomechgpt.evaluation.tables import pool_table_one, write_tables
from biomechgpt.questions.predictions import read_predictions

variants, baselines = snakemake.params.variants, snakemake.params.baselines
tasks = snakemake.params.tasks
units = {name: task.get("unit", "") for name, task in tasks.items()}
predictions = in_order(read_predictions(snakemake.input.predictions), list(tasks))
folds = pd.read_csv(snakemake.input.folds, sep="\t", dtype=str)
counts = [pd.read_csv(path, sep="\t") for path in snakemake.input.counts]
evaluation = evaluate(predictions, folds, snakemake.params.cfg, variants, baselines)
write_metrics(evaluation, snakemake.output.metrics)
write_tables(evaluation, pool_table_one(counts), snakemake.output.tables)
draw_all(predictions, evaluation.comparisons, variants[0], units, snakemake.output.figures)
log.info("%d predictions measured", len(predictions))
