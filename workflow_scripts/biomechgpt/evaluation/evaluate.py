"""Measure all predictions: every model, task and seed, with intervals and paired differences.

Predictions of several folds are pooled and measured together (never a mean over folds).
"""

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.evaluation import intervals, metrics, scores
from biomechgpt.files import replacing

# `answer`: the most probable option, or the mean of the predicted distribution of numbers.
# `text`: what the freely generated text says, as the paper reads it.
READINGS = ("answer", "text")
COMPARED = {"classification": ("macro_f1", "weighted_f1"), "regression": ("mae", "r")}
_KEY = ("split", "task", "kind", "variant")
_SIZE = ("n_participants", "n_trials")
_COLUMNS = {
    "metrics": (*_KEY, "seed", "reading", "metric", "label", "value", "sd", "low", "high", *_SIZE),
    "comparisons": (*_KEY, "other", "metric", "difference", "low", "high", "verdict", *_SIZE),
    "confusions": (*_KEY, "seed", "reading", "truth", "answer", "unreadable", "trials"),
    "unreadable": (*_KEY, "answers", "unreadable", *_SIZE),
}


class Evaluation(NamedTuple):
    """The four tables of an evaluation, each a long DataFrame.

    `metrics`: split, task, kind, variant, seed (a number or `mean`), reading, metric, label (of a
    class measure, else empty), value, sd over seeds, low, high, n_participants, n_trials.
    `comparisons`: variant minus other, signed so that positive is better. `confusions`: counts of
    (truth, answer). `unreadable`: answers that could not be read.
    """

    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    confusions: pd.DataFrame
    unreadable: pd.DataFrame


def evaluate(
    predictions: pd.DataFrame,
    folds: pd.DataFrame,
    cfg: dict,
    variants: Sequence[str],
    baselines: Sequence[str],
) -> Evaluation:
    """Evaluate predictions of all splits they hold; `cfg` has `bootstrap_draws` and `seed`.

    `folds` (fold, participant_id, split) must agree with the predictions. Raises InputError
    when they do not, when a truth is missing, or when a variant is not among the predictions.
    """
    _check(predictions, folds, [*variants, *baselines])
    parts = [
        _evaluate_split(rows, cfg, variants, baselines) for _, rows in predictions.groupby("split")
    ]
    tables = zip(*parts, strict=True)
    return Evaluation(*(pd.concat(table, ignore_index=True) for table in tables))


def in_order(predictions: pd.DataFrame, tasks: Sequence[str]) -> pd.DataFrame:
    """The predictions with their tasks in the order of `tasks`, which tables and figures keep."""
    place = {task: position for position, task in enumerate(tasks)}
    return predictions.sort_values("task", key=lambda names: names.map(place), kind="stable")


def write_metrics(evaluation: Evaluation, path: os.PathLike) -> None:
    """Write `metrics.parquet`."""
    with replacing(path) as temporary:
        evaluation.metrics.to_parquet(temporary, index=False)


def _check(predictions: pd.DataFrame, folds: pd.DataFrame, names: Sequence[str]) -> None:
    missing = sorted(set(names) - set(predictions["variant"]))
    if missing or not len(predictions):
        raise InputError(f"no predictions of {', '.join(missing)}: nothing to evaluate")
    regression = predictions["kind"] == "regression"
    blank = predictions["truth_number"].isna().where(regression, predictions["truth"].isna())
    if blank.any():
        row = predictions[blank].iloc[0]
        raise InputError(f"task {row.task}, trial {row.trial_id}, of {row.variant}: no truth")
    planned = folds.set_index(["fold", "participant_id"])["split"]
    keys = predictions[["fold", "participant_id", "split"]].drop_duplicates()
    found = planned.reindex(pd.MultiIndex.from_frame(keys[["fold", "participant_id"]]))
    wrong = found.to_numpy() != keys["split"].to_numpy()
    if wrong.any():
        row = keys[wrong].iloc[0]
        raise InputError(
            f"predictions call participant {row.participant_id} of fold {row.fold} "
            f"'{row.split}', folds.tsv does not: delete the predictions and run again"
        )


def _evaluate_split(
    rows: pd.DataFrame, cfg: dict, variants: Sequence[str], baselines: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    resampling = scores.resample(rows["participant_id"], cfg["bootstrap_draws"], cfg["seed"])
    tables: tuple[list, list, list, list] = ([], [], [], [])
    for task, task_rows in rows.groupby("task", sort=False):
        head = {"split": rows["split"].iloc[0], "task": task, "kind": task_rows["kind"].iloc[0]}
        by_model = dict(list(task_rows.groupby("variant", sort=False)))
        options = scores.task_options(task_rows)
        scored = {
            name: _score(by_model[name], options, resampling)
            for name in (*variants, *baselines)
            if name in by_model
        }
        for name, readings in scored.items():
            key = {**head, "variant": name}
            tables[0].extend(_long(by_model[name], readings, key))
            tables[2].extend(_confusion_rows(options, readings, key))
            tables[3].append(_unreadable_row(by_model[name], options, key))
        pairs = [(a, b) for a in variants for b in baselines if a in scored and b in scored]
        for pair in pairs:
            differences = _compare(by_model, scored, pair, options, resampling)
            tables[1].extend({**head, **difference} for difference in differences)
    named = zip(tables, _COLUMNS.values(), strict=True)
    return tuple(pd.DataFrame(table, columns=list(columns)) for table, columns in named)


def _score(rows: pd.DataFrame, options: list[str], resampling: scores.Resampling) -> dict:
    if rows["kind"].iloc[0] == "regression":
        return {reading: scores.score_regression(rows, resampling, reading) for reading in READINGS}
    return {
        reading: scores.score_classification(rows, options, resampling, reading)
        for reading in READINGS
    }


def _size(rows: pd.DataFrame) -> dict:
    return {
        "n_participants": rows["participant_id"].nunique(),
        "n_trials": rows["trial_id"].nunique(),
    }


def _long(rows: pd.DataFrame, readings: dict, key: dict) -> list[dict]:
    """Every measure of a model on a task: one row a seed, one for the mean over seeds."""
    size, found = _size(rows), []
    for reading, score in readings.items():
        for metric in score.values.columns:
            head = {**key, "reading": reading, "metric": metric, "label": ""}
            found += _seed_rows(head, score.values[metric], score.draws.get(metric), size)
        if len(score.classes):
            measures = score.classes.melt(["seed", "label"], var_name="metric")
            for (label, metric), cells in measures.groupby(["label", "metric"], sort=False):
                head = {**key, "reading": reading, "metric": metric, "label": label}
                found += _seed_rows(head, cells.set_index("seed")["value"], None, size)
    return found


def _seed_rows(head: dict, values: pd.Series, draws: np.ndarray | None, size: dict) -> list[dict]:
    n = size["n_participants"]
    low, high = (np.nan, np.nan) if draws is None else intervals.interval(draws, n)
    nothing = {"sd": np.nan, "low": np.nan, "high": np.nan}
    rows = [
        {**head, "seed": str(seed), "value": value, **nothing, **size}
        for seed, value in values.items()
    ]
    # The largest p stands for all seeds: a mean of p values has no meaning.
    centre = values.max() if head["metric"] == "p" else values.mean(skipna=False)
    mean = {"value": centre, "sd": values.std(ddof=1, skipna=False), "low": low, "high": high}
    return [*rows, {**head, "seed": "mean", **mean, **size}]


def _confusion_rows(options: list[str], readings: dict, key: dict) -> list[dict]:
    columns = [(option, False) for option in options] + [("", True)]
    return [
        {
            **key,
            "seed": seed,
            "reading": reading,
            "truth": truth,
            "answer": answer,
            "unreadable": unreadable,
            "trials": int(counts[i, j]),
        }
        for reading, score in readings.items()
        for seed, counts in score.confusions.items()
        for i, truth in enumerate(options)
        for j, (answer, unreadable) in enumerate(columns)
    ]


def _unreadable_row(rows: pd.DataFrame, options: list[str], key: dict) -> dict:
    if key["kind"] == "regression":
        lost = ~np.isfinite(rows["number"].to_numpy(np.float64, na_value=np.nan))
    else:
        lost = metrics.encode_answers(rows["parsed"], options) == len(options)
    return {**key, "answers": len(rows), "unreadable": int(lost.sum()), **_size(rows)}


def _compare(
    by_model: dict,
    scored: dict,
    pair: tuple[str, str],
    options: list[str],
    resampling: scores.Resampling,
) -> list[dict]:
    """Paired differences on the trials that both models answered."""
    mine, theirs = (by_model[name] for name in pair)
    keys = [set(zip(rows["fold"], rows["trial_id"], strict=True)) for rows in (mine, theirs)]
    a, b = (scored[name]["answer"] for name in pair)
    if keys[0] != keys[1]:
        shared = pd.MultiIndex.from_tuples(sorted(keys[0] & keys[1]), names=["fold", "trial_id"])
        if not len(shared):
            return []
        mine, theirs = (_only(rows, shared) for rows in (mine, theirs))
        a, b = (_score(rows, options, resampling)["answer"] for rows in (mine, theirs))
    names = dict(zip(("variant", "other"), pair, strict=True))
    return [
        {**names, "metric": metric, **_difference(a, b, metric, _size(mine))}
        for metric in COMPARED[mine["kind"].iloc[0]]
    ]


def _only(rows: pd.DataFrame, trials: pd.MultiIndex) -> pd.DataFrame:
    return rows[pd.MultiIndex.from_frame(rows[["fold", "trial_id"]]).isin(trials)]


def _difference(a: scores.Score, b: scores.Score, metric: str, size: dict) -> dict:
    sign = -1 if metric in metrics.LOWER_IS_BETTER else 1
    value = sign * (a.values[metric].mean(skipna=False) - b.values[metric].mean(skipna=False))
    draws = sign * (a.draws[metric] - b.draws[metric])
    low, high = intervals.interval(draws, size["n_participants"])
    verdict = intervals.verdict((low, high)) if np.isfinite(value) else "not estimable"
    return {"difference": value, "low": low, "high": high, "verdict": verdict, **size}
