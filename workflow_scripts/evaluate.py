"""Measure all predictions: metrics.parquet, answers.parquet, the tables and the figures."""

from itertools import product
from math import isfinite

from biomechgpt import job

log = job.start(snakemake)

import pandas as pd

from biomechgpt.evaluation.evaluate import evaluate, write_metrics
from biomechgpt.evaluation.gate_errors import gate_table
from biomechgpt.evaluation.label_ranges import label_ranges
from biomechgpt.evaluation.leakage import audit, read_questions
from biomechgpt.evaluation.mean_over_questions import mean_differences
from biomechgpt.evaluation.measured_predictions import headline, in_order
from biomechgpt.evaluation.number_choice import with_decided_numbers
from biomechgpt.evaluation.paper import paper_tasks
from biomechgpt.evaluation.paper_figures import draw_all
from biomechgpt.evaluation.per_trial import write_answers
from biomechgpt.evaluation.result_tables import pool_table_one, write_tables
from biomechgpt.evaluation.source_notes import with_source_notes
from biomechgpt.evaluation.voters import with_voters
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.settings.evaluate_section import EvaluateSettings
from biomechgpt.settings.tasks_section import task_settings
from biomechgpt.splits.folds_file import read_folds

files, written, params = snakemake.input, snakemake.output, snakemake.params
variants, tasks = params.variants, task_settings(params.tasks)
predictions = in_order(read_predictions(files.predictions), list(tasks))
settings = EvaluateSettings.model_validate(params.cfg)
predictions = with_voters(predictions, params.cohorts, settings.vote_by)
folds = read_folds(files.folds)
folds_of_questions = [fold for fold, _ in product(params.folds, params.seeds)]
questions = read_questions(zip(folds_of_questions, files.questions, strict=True))
changes = {name: task.minimal_detectable_change for name, task in tasks.items()}
detectable = {name: change for name, change in changes.items() if isfinite(change)}
ranges = label_ranges(files.questions)
evaluation = evaluate(predictions, folds, settings, variants, params.baselines, detectable, ranges)
evaluation = with_source_notes(evaluation, files.sources, files.truths)
write_metrics(evaluation, written.metrics)
write_answers(evaluation.answers, written.answers)
decided = headline(with_decided_numbers(predictions, evaluation.number_choices))
tested = decided[decided["split"] == "test"]
write_tables(
    evaluation,
    pool_table_one([pd.read_parquet(path) for path in files.counts]),
    written.tables,
    paper_tasks(tasks),
    audit(pd.read_parquet(files.trials), folds, questions),
    gate_table(tested, tasks, variants, evaluation.calibration),
    mean_differences(tested, evaluation.metrics, variants, params.uninformed, settings),
)
units = {name: task.unit for name, task in tasks.items()}
draw_all(decided, evaluation.comparisons, variants[0], units, written.figures)
log.info("%d predictions measured", len(predictions))
job.finish(snakemake)
