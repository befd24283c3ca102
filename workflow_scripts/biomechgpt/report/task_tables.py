"""The tables of a question's section, from the tables of the evaluation (docs/contracts.md)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from biomechgpt.evaluation.intervals import T_TEST_PARTICIPANTS
from biomechgpt.report.blocks import (
    PAGE_BLUE,
    PAGE_ORANGE,
    Cell,
    Sentences,
    Table,
    Text,
    bounds,
    count,
    level,
    number,
    people,
    percent,
    short,
    verdict_cell,
)
from biomechgpt.report.glance import estimate, verdict
from biomechgpt.report.interval_bar import bar
from biomechgpt.report.results import NAMES, PRIMARY, SECONDARY, Results

TABLES = (
    *("notes", "classes", "confusions", "phrasings", "t_intervals", "calibration", "reliability"),
    *("prediction_sets", "number_intervals", "number_choices", "risk_coverage"),
)
MORE = {
    "classification": {"balanced_accuracy": "balanced accuracy", "mcc": "MCC"},
    "regression": {
        "rmse": "RMSE",
        "bias": "bias",
        "ccc": "CCC",
        "slope": "slope",
        "within_mdc": "within MDC",
    },
}
COLOURS = {
    "language model": PAGE_BLUE,
    "simple method": PAGE_ORANGE,
    "shuffled labels": "currentColor",
}
HAVE_UNITS = ("rmse", "bias")


def read(results: Results) -> dict[str, pd.DataFrame | None]:
    """The tables by name, rows of the first variant where a table names variants."""
    found = {name: results.table(name) for name in TABLES}
    variant = results.variants[0]
    for name, table in found.items():
        if table is not None and "variant" in table:
            own = table["variant"].isna() | (table["variant"] == variant)
            found[name] = table[own]
    return found


def left_out(name: str) -> Text:
    """What stands where the evaluation wrote no such table."""
    return Text(f"This part is left out: the evaluation wrote no {name}.csv.", "quiet")


def notes(table: pd.DataFrame | None, task: str) -> list:
    """Why some figures of this task are missing or weak."""
    if table is None:
        return []
    rows = table[table["task"] == task].drop_duplicates("detail")
    items = [(row.note.replace("_", " "), row.detail) for row in rows.itertuples()]
    return [Sentences(items)] if items else []


def models(results: Results, task) -> Table:
    """Every model on this task, best first."""
    metric, second = PRIMARY[task.kind], SECONDARY[task.kind]
    more = {m: n for m, n in MORE[task.kind].items() if _any(results, task.task, m)}
    found = {
        name: row
        for name in (*results.variants, *results.baselines)
        if (row := results.mean(name, task.task, metric)) is not None
    }
    votes = any(results.mean(name, task.task, metric, "vote") for name in results.variants)
    sign = 1 if task.kind == "regression" else -1
    limits = _limits(found.values())
    order = sorted(found, key=lambda name: sign * np.nan_to_num(found[name].value, nan=-sign * 1e9))
    rows = [
        [
            Cell(name, _what(results, name)),
            estimate(metric, found[name]),
            Cell("", svg=bar(found[name], limits, COLOURS[_what(results, name)])),
            estimate(second, results.mean(name, task.task, second)),
            *(_plain_value(results.mean(name, task.task, m)) for m in more),
            *([_voted(results.mean(name, task.task, metric, "vote"))] if votes else []),
            _against(results, name, task.task, metric),
        ]
        for name in order
    ]
    unit = results.units.get(task.task, "")
    first = Cell("MAE" if metric == "mae" else NAMES[metric], unit)
    scale = f"{level(metric, limits[0])} to {level(metric, limits[1])}"
    head = ["model", first, Cell("", scale), NAMES[second], *more.values()]
    head += [*(["macro F1 of votes"] if votes else []), f"{results.variants[0]} against it"]
    caption = "Every model on this question, best first; mean of the seeds, 95 % intervals."
    if "within_mdc" in more:
        caption += (
            " Within MDC: share of trials whose error is below the minimal detectable change."
        )
    if votes:
        caption += (
            " Votes: one answer a participant, by the mean probability over their trials; who has "
            "trials with different truths does not vote."
        )
    return Table(caption, head, rows)


def _limits(rows: Iterable) -> tuple[float, float]:
    """The range that all values and intervals need."""
    ends = np.array([[row.value, row.low, row.high] for row in rows], dtype=float)
    return float(np.nanmin(ends)), float(np.nanmax(ends))


def _any(results: Results, task: str, metric: str) -> bool:
    return any(results.mean(name, task, metric) is not None for name in results.variants)


def _what(results: Results, name: str) -> str:
    if name in results.variants:
        return "language model"
    return "simple method" if name in results.simple else "shuffled labels"


def _plain_value(row) -> str:
    if row is None:
        return "–"
    if row.metric == "within_mdc":
        return percent(row.value).text
    return short(row.value) if row.metric in HAVE_UNITS else number(row.value)


def _voted(row) -> Cell:
    """The measure of the votes, those who voted under it."""
    if row is None:
        return Cell("–")
    return Cell(number(row.value), people(row.n_participants, row.n_trials))


def _against(results: Results, name: str, task: str, metric: str) -> Cell:
    return verdict(results.difference(results.variants[0], name, task, metric))


def few_participants(table: pd.DataFrame | None, task, unit: str) -> list:
    """The t-interval over participants, which has to agree with a verdict where they are few."""
    if table is None or task.n_participants >= T_TEST_PARTICIPANTS:
        return []
    rows = [
        [
            "level" if pd.isna(row.other) else f"against {row.other}",
            row.measure.replace("mae", f"mean absolute error ({unit})"),
            Cell(short(row.value), bounds("mae", row.low, row.high)),
            "–" if pd.isna(row.verdict) else verdict_cell(row.verdict),
        ]
        for row in table[table["task"] == task.task].itertuples()
    ]
    caption = (
        f"Fewer than {T_TEST_PARTICIPANTS} participants: the same with a t-interval over the means "
        "of the participants, not adjusted. A verdict above stands only if the t-test agrees."
    )
    return [Table(caption, ["what", "measure", "value", "verdict"], rows, n_text=2)] if rows else []


def classes(table: pd.DataFrame | None, task: str) -> list:
    """Precision, recall and F1 of every class with its support."""
    if table is None:
        return [left_out("classes")]
    mine = table[(table["task"] == task) & (table["reading"] == "answer")]
    rows = [
        [
            row.label,
            *(number(x) for x in (row.precision, row.recall, row.f1)),
            count(row.participants),
            count(row.support),
        ]
        for row in mine.itertuples()
    ]
    head = ["class", "precision", "recall", "F1", "participants", "trials"]
    return [Table("Every class, mean of the seeds; n is of the true class.", head, rows)]


def phrasings(table: pd.DataFrame | None, task) -> list:
    """The headline measure on the same trials, asked in words seen in training and in new ones."""
    if table is None:
        return [left_out("phrasings")]
    rows = [
        [
            NAMES.get(row.metric, row.metric),
            level(row.metric, row.seen),
            level(row.metric, row.held_out),
            verdict(row),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in table[table["task"] == task.task].itertuples()
    ]
    if not rows:
        text = "Every test question was asked in a held-out phrasing, none in a training phrasing."
        return [Text(f"{text} All figures above are of phrasings the model never saw.", "quiet")]
    caption = (
        "The same trials asked in training phrasings and in held-out ones; the difference is "
        "positive where the held-out ones do better."
    )
    head = ["measure", "training phrasings", "held-out phrasings", "difference"]
    return [Table(caption, [*head, "participants", "trials"], rows)]
