"""What the probabilities, prediction sets and intervals of a model are worth, as tables."""

from collections.abc import Mapping

import pandas as pd

from biomechgpt.report.blocks import Cell, Table, Text, count, number, percent, short
from biomechgpt.report.results import Results
from biomechgpt.report.task_tables import left_out

METHODS = {
    "predicted": "as the model predicts",
    "corrected": "by validation participants",
    "pooled": "by all other participants that no training saw, as published",
}
POOLED = (
    "By validation participants alone coverage is a measurement; with all others it is near the level by "
    "construction, and what a new person gets."
)
SCORES = {
    "brier": "Brier score",
    "log_loss": "log loss",
    "confidence_gap": "confidence minus accuracy",
}


def uncertainty(results: Results, tables: Mapping, task) -> list:
    """Probabilities before and after calibration and prediction sets, or intervals of numbers."""
    if task.kind == "regression":
        unit = results.units.get(task.task, "")
        return [
            *_number_choice(tables["number_choices"], task.task, unit),
            *_number_intervals(tables["number_intervals"], task.task, unit),
        ]
    return [*_scores(results, tables["calibration"], task.task), *_sets(tables, task.task)]


def _scores(results: Results, calibration: pd.DataFrame | None, task: str) -> list:
    m = results.metrics
    keep = (m["variant"] == results.variants[0]) & (m["task"] == task) & (m["seed"] == "mean")
    found = m[keep & m["metric"].isin(SCORES)].set_index(["reading", "metric"])["value"]
    if found.empty or calibration is None:
        return [left_out("calibration")]
    fitted = calibration[(calibration["task"] == task) & (calibration["n_temperature"] > 0)]
    words = {"answer": "as predicted", "calibrated": "after temperature scaling"}
    rows = [
        [name, *(number(found.get((reading, metric)), 3) for metric in SCORES)]
        for reading, name in words.items()
        if reading == "answer" or len(fitted)
    ]
    caption = "Probabilities of the options, lower is better. "
    if len(fitted):
        low, high = (number(value) for value in fitted["temperature"].agg(["min", "max"]))
        caption += f"Temperatures fitted on validation participants: {low} to {high}."
    else:
        caption += "No temperature was fitted: there are too few validation participants."
    return [Table(caption, ["probabilities", *SCORES.values()], rows)]


def _sets(tables: Mapping, task: str) -> list:
    table = tables["prediction_sets"]
    if table is None:
        return [left_out("prediction_sets")]
    rows = [
        [
            f"{100 * row.level:.0f} %",
            METHODS[row.method],
            "all" if pd.isna(row.label) else row.label,
            percent(row.coverage, row.low, row.high),
            number(row.mean_size),
            percent(row.single_share),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in table[(table["task"] == task) & (table["n_trials"] > 0)].itertuples()
    ]
    if not rows:
        return [Text("Prediction sets are not estimable here.", "quiet")]
    caption = (
        "Prediction sets (conformal): so many options that the true one should be among them as "
        "often as the level says. Coverage is that of test participants, each of whom weighs the "
        f"same. {POOLED}"
    )
    head = ["level", "limit", "true class", "coverage", "options in a set", "sets of one"]
    return [Table(caption, [*head, "participants", "trials"], rows, n_text=3, long=len(rows) > 12)]


def _number_choice(table: pd.DataFrame | None, task: str, unit: str) -> list:
    """Whether the mean or the median is the answer, and what validation participants say to either."""
    if table is None:
        return [left_out("number_choices")]
    return [
        Text(
            f"The answer is the {row.number} of the predicted distribution: on {row.n_participants} "
            f"validation participants of {row.fold} the median errs by {short(row.mae_median)} {unit}, "
            f"the mean by {short(row.mae_mean)} {unit}."
        )
        for row in table[table["task"] == task].itertuples()
    ]


def _number_intervals(table: pd.DataFrame | None, task: str, unit: str) -> list:
    if table is None:
        return [left_out("number_intervals")]
    known = table[(table["task"] == task) & (table["n_trials"] > 0)]
    rows = [
        [
            METHODS[row.method],
            f"{100 * row.level:.0f} %",
            percent(row.coverage, row.low, row.high),
            Cell(short(row.mean_width), "says nothing" if _says_nothing(row) else ""),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in known.itertuples()
    ]
    if not rows:
        return [Text("Intervals of the numbers are not estimable here.", "quiet")]
    label_range = known["label_range"].iloc[0]
    caption = (
        "Intervals of the numbers: as predicted by the model, and widened or narrowed until they "
        f"covered people whom no training saw. Coverage is that of test participants. {POOLED} The "
        f"middle 90 % of the training labels are {short(label_range)} {unit} wide: an interval that is "
        "wider says nothing that the labels do not."
    )
    head = ["interval", "level", "coverage", Cell("mean width", unit), "participants", "trials"]
    return [Table(caption, head, rows, n_text=1)]


def _says_nothing(row) -> bool:
    return row.mean_width > row.label_range
