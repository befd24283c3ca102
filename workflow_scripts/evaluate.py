"""Measure all predictions: metrics.parquet, answers.parquet, the tables and the figures."""

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.evaluation.evaluate import evaluate, headline, in_order, write_metrics
from biomechgpt.evaluation.figures import draw_all
from biomechgpt.evaluation.gates import gate_table
from biomechgpt.evaluation.label_ranges import label_ranges
from biomechgpt.evaluation.leakage import audit, read_questions
from biomechgpt.evaluation.number_choice import with_decided_numbers
from biomechgpt.evaluation.paper import paper_tasks
from biomechgpt.evaluation.per_trial import write_answers
from biomechgpt.evaluation.tables import pool_table_one, write_tables
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.splits.folds_file import read_folds

given, made, params = snakemake.input, snakemake.output, snakemake.params
variants, tasks = params.variants, params.tasks
units = {name: task.get("unit", "") for name, task in tasks.items()}
key = "minimal_detectable_change"
detectable = {name: task[key] for name, task in tasks.items() if key in task}
predictions = in_order(read_predictions(given.predictions), list(tasks))
folds = read_folds(given.folds)
counts = [pd.read_csv(path, sep="\t", keep_default_na=False) for path in given.counts]
ranges = label_ranges(given.questions)
found = evaluate(predictions, folds, params.cfg, variants, params.baselines, detectable, ranges)
checked = audit(pd.read_parquet(given.trials), folds, read_questions(given.questions))
write_metrics(found, made.metrics)
write_answers(found.answers, made.answers)
tested = headline(predictions[predictions["split"] == "test"])
gates = gate_table(tested, tasks, variants, found.calibration)
write_tables(found, pool_table_one(counts), made.tables, paper_tasks(tasks), checked, gates)
decided = with_decided_numbers(predictions, found.number_choices)
draw_all(headline(decided), found.comparisons, variants[0], units, made.figures)
log.info("%d predictions measured", len(predictions))
job.finish(snakemake)
