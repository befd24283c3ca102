"""Measure the baselines alone: one table of every measure with its interval over participants."""

from biomechgpt import job

job.start(snakemake)

from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.evaluation.evaluate import evaluate
from biomechgpt.evaluation.voters import with_voters
from biomechgpt.files import replacing
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.settings.evaluate_section import EvaluateSettings
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.spreadsheets import harmless

predictions = read_predictions(snakemake.input.predictions)
folds = read_folds(snakemake.input.folds)
baselines = list(predictions["variant"].unique())
settings = EvaluateSettings.model_validate(snakemake.params.cfg)
if settings.vote_by:
    labels = trial_labels(read_cohorts(snakemake.params.cohorts))
    predictions = with_voters(predictions, labels, settings.vote_by)
metrics = evaluate(predictions, folds, settings, [], baselines).metrics
measures = metrics.query("split == 'test' and seed == 'mean' and reading in ('answer', 'vote')")
measures = measures.drop(columns=["split", "seed"])
with replacing(snakemake.output[0]) as path:
    harmless(measures).to_csv(path, sep="\t", index=False, float_format="%.4g", na_rep="n/a")
job.finish(snakemake)
