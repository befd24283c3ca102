"""Measure the baselines alone: every measure with its interval, and how each participant is answered."""

from biomechgpt import job

job.start(snakemake)

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
predictions = with_voters(predictions, snakemake.params.cohorts, settings.vote_by)
evaluation = evaluate(predictions, folds, settings, [], baselines)
measures = evaluation.metrics.query(
    "split == 'test' and seed == 'mean' and reading in ('answer', 'vote')"
)
tables = {"measures": measures.drop(columns=["split", "seed"])}
tables["participants"] = evaluation.participants
for name, table in tables.items():
    with replacing(snakemake.output[name]) as path:
        harmless(table).to_csv(path, sep="\t", index=False, float_format="%.4g", na_rep="n/a")
job.finish(snakemake)
