"""Measure all predictions: every model, task and seed, with intervals and paired differences.

Predictions of several folds are pooled and measured together (never a mean over folds).
"""

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from biomechgpt.evaluation import (
    comparisons,
    fitted_calibration,
    long_rows,
    notes,
    reliability,
    scores,
)
from biomechgpt.evaluation.answer_arrays import (
    Answers,
    Resampling,
    resample,
)
from biomechgpt.evaluation.columns import COLUMNS
from biomechgpt.evaluation.measured_predictions import by_task, check_predictions, headline
from biomechgpt.evaluation.multiplicity import FAMILIES, with_adjusted_verdicts
from biomechgpt.evaluation.number_choice import number_choices, with_decided_numbers
from biomechgpt.evaluation.per_participant import participant_rows
from biomechgpt.evaluation.per_trial import per_trial
from biomechgpt.evaluation.seed_spread import without_empty_spread
from biomechgpt.files import replacing
from biomechgpt.settings.evaluate_section import EvaluateSettings

# `answer`: the most probable option, or the mean or median of the predicted distribution of numbers.
# `text`: what the freely generated text says, as the paper reads it.
READINGS = ("answer", "text")
NOT_KNOWN: Mapping[str, float] = MappingProxyType({})


class Evaluation(NamedTuple):
    """The tables of an evaluation, with the columns of `COLUMNS`; docs/contracts.md explains them.

    `answers` are tables with the columns of `per_trial.SCHEMA`, one for every model and task.
    """

    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    confusions: pd.DataFrame
    unreadable: pd.DataFrame
    t_intervals: pd.DataFrame
    phrasings: pd.DataFrame
    calibration: pd.DataFrame
    reliability: pd.DataFrame
    prediction_sets: pd.DataFrame
    number_intervals: pd.DataFrame
    risk_coverage: pd.DataFrame
    notes: pd.DataFrame
    number_choices: pd.DataFrame
    participants: pd.DataFrame
    answers: list[pa.Table]


def evaluate(
    predictions: pd.DataFrame,
    folds: pd.DataFrame,
    settings: EvaluateSettings,
    variants: Sequence[str],
    baselines: Sequence[str],
    detectable: Mapping[str, float] = NOT_KNOWN,
    label_ranges: Mapping[str, float] = NOT_KNOWN,
) -> Evaluation:
    """Evaluate predictions of all splits they hold.

    `detectable` is the minimal detectable change of the tasks that have one, `label_ranges` the width
    of the middle 90 % of the training labels of numeric tasks, both in their units.
    Trials of one `voter`, a column of predictions (`voters.with_voters`), vote for one answer.
    `folds` (fold, participant_id, split) must agree with the predictions. Raises InputError when
    they do not, when a truth is missing, or when a variant is not among the predictions; a baseline
    that could answer none of the cohort's questions is left out.
    """
    check_predictions(predictions, folds, variants)
    answered = set(predictions["variant"])
    models = [*variants, *(name for name in baselines if name in answered)]
    rows: dict[str, list] = {name: [] for name in COLUMNS}
    choices = number_choices(predictions)
    rows["number_choices"] = choices.to_dict("records")
    predictions = with_decided_numbers(predictions, choices)
    trials: list[pa.Table] = []
    measured = headline(predictions)
    for split, of_split in measured.groupby("split"):
        draws = resample(of_split["participant_id"], settings.bootstrap_draws, settings.seed)
        for head, answers in by_task(of_split, models, draws.participants):
            key = {"split": split, **head}
            scored = _measure(rows, key, answers, draws, detectable.get(head["task"]))
            _compare(rows, key, answers, scored, draws)
        if split == "test":
            order = fitted_calibration.random_order(folds, settings.seed)
            trials = _uncertainty(rows, predictions, order, models, draws, label_ranges)
            _phrasings(rows, predictions, models, draws)
    tables = {
        name: pd.DataFrame(rows[name], columns=list(names)) for name, names in COLUMNS.items()
    }
    tables["metrics"] = without_empty_spread(tables["metrics"], measured)
    for name, family in FAMILIES.items():
        tables[name] = with_adjusted_verdicts(tables[name], family)
    return Evaluation(**tables, answers=trials)


def write_metrics(evaluation: Evaluation, path: os.PathLike) -> None:
    """Write `metrics.parquet`."""
    with replacing(path) as temporary:
        evaluation.metrics.to_parquet(temporary, index=False)


def _measure(
    rows: dict[str, list],
    key: dict,
    answers: dict[str, Answers],
    draws: Resampling,
    detectable: float | None,
) -> dict[str, scores.ModelScore]:
    """Add the measures, confusions and unreadable answers; return the scores of the answers."""
    scored = {}
    for name, of_model in answers.items():
        head, size = {**key, "variant": name}, of_model.size
        for reading in READINGS:
            score = scores.score(of_model, draws.weights, reading, detectable)
            new_rows = long_rows.metric_rows(score, of_model.seeds, reading, size)
            new_rows += long_rows.class_rows(score, of_model.options, of_model.seeds, reading, size)
            _add(rows["metrics"], head, new_rows)
            _add(rows["confusions"], head, long_rows.confusion_rows(score, of_model, reading))
            scored.setdefault(name, score)
        votes = scores.score_votes(of_model, draws.weights)
        if votes is not None:
            new_rows = long_rows.metric_rows(votes[0], of_model.seeds, "vote", votes[1])
            _add(rows["metrics"], head, new_rows)
        _add(rows["unreadable"], head, [long_rows.unreadable_row(of_model)])
    return scored


def _compare(
    rows: dict[str, list],
    key: dict,
    answers: dict[str, Answers],
    scored: dict[str, scores.ModelScore],
    draws: Resampling,
) -> None:
    """Add every paired difference, and for test participants the t-intervals."""
    models = [comparisons.model(name, answers[name], scored[name]) for name in answers]
    pairs = list(comparisons.pairs(models, draws.weights))
    for pair in pairs:
        _add(rows["comparisons"], key, comparisons.comparison_rows(*pair))
    if key["split"] == "test":
        head = {"task": key["task"], "kind": key["kind"]}
        for pair in [*((model, None) for model in models), *pairs]:
            _add(rows["t_intervals"], head, comparisons.t_rows(*pair))


def _uncertainty(
    rows: dict[str, list],
    predictions: pd.DataFrame,
    order: dict[tuple[str, str], int],
    models: Sequence[str],
    draws: Resampling,
    label_ranges: Mapping[str, float],
) -> list[pa.Table]:
    """Add what is said of test participants alone; return the table of their answers."""
    measured = headline(predictions)
    tested, validation = (measured[measured["split"] == split] for split in ("test", "validation"))
    people = pd.Index(validation["participant_id"].unique())
    known = {head["task"]: of_model for head, of_model in by_task(validation, models, people)}
    per_trials = []
    for head, answers in by_task(tested, models, draws.participants):
        calibrated = {}
        for name, test in answers.items():
            nobody = test.only(test.person < 0)
            of_model = known.get(head["task"], {}).get(name, nobody)
            calibrated[name] = fitted_calibration.calibrate(test, of_model, order)
            key = {**head, "variant": name}
            label_range = label_ranges.get(head["task"], np.nan)
            _add_uncertainty(rows, key, test, calibrated[name], draws.weights, label_range)
            per_trials.append(per_trial(test, calibrated[name]))
            _add(rows["participants"], key, participant_rows(test, draws.participants))
        _add(rows["notes"], {"task": head["task"]}, notes.notes_on(answers, calibrated))
    return per_trials


def _phrasings(
    rows: dict[str, list], predictions: pd.DataFrame, models: Sequence[str], draws: Resampling
) -> None:
    """Add how held-out phrasings compare with seen ones, where test trials were asked in both."""
    tested = predictions[predictions["split"] == "test"]
    kinds = tested.groupby(["task", "variant"])["phrasing_held_out"].transform("nunique")
    for head, answers in by_task(tested[kinds == 2], models, draws.participants):
        for name, of_model in answers.items():
            new_rows = comparisons.phrasing_rows(of_model, draws.weights)
            _add(rows["phrasings"], {**head, "variant": name}, new_rows)


def _add_uncertainty(
    rows: dict[str, list],
    key: dict,
    test: Answers,
    calibrated: fitted_calibration.Calibrated,
    weights: np.ndarray,
    label_range: float,
) -> None:
    """Add what calibration gives for one model on one task."""
    p = calibrated.probabilities
    _add(rows["calibration"], key, calibrated.table.to_dict("records"))
    _add(rows["risk_coverage"], key, reliability.risk_rows(test, p, weights))
    if test.numeric:
        intervals = reliability.interval_rows(test, calibrated, weights, label_range)
        _add(rows["number_intervals"], key, intervals)
        return
    score = scores.score_calibrated(test, p, weights)
    new_rows = long_rows.metric_rows(score, test.seeds, "calibrated", test.size)
    _add(rows["metrics"], {"split": "test", **key}, new_rows)
    _add(rows["reliability"], key, reliability.reliability_rows(test, p, weights))
    _add(rows["prediction_sets"], key, reliability.set_rows(test, calibrated, weights))


def _add(rows: list, head: dict, new_rows: list[dict]) -> None:
    rows.extend({**head, **row} for row in new_rows)
