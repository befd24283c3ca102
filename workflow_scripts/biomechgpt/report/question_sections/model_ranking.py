"""Every model on a question, best first."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from biomechgpt.evaluation.intervals import T_TEST_PARTICIPANTS
from biomechgpt.report.drawing.interval_bar import bar
from biomechgpt.report.drawing.svg import PAGE_BLUE, PAGE_ORANGE
from biomechgpt.report.page.blocks import Cell, TableBlock
from biomechgpt.report.page.wording import (
    bounds,
    level,
    number,
    people,
    percent,
    short,
    verdict_cell,
)
from biomechgpt.report.results import NAMES, AnsweredTask, Results
from biomechgpt.report.sections.task_sentences import estimate, verdict

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


def models(results: Results, task: AnsweredTask) -> TableBlock:
    """Every model on this task, best first."""
    metric = task.headline
    more = {m: n for m, n in MORE[task.kind].items() if _any(results, task, m)}
    votes = _any(results, task, metric, "vote")
    rows = _ranked(results, task)
    limits = _limits(rows.values())
    cells = [
        [
            Cell(name, _kind(results, name)),
            estimate(metric, row),
            Cell("", svg=bar(row, limits, COLOURS[_kind(results, name)])),
            estimate(task.second, results.mean(name, task.name, task.second)),
            *(_further(results.mean(name, task.name, m)) for m in more),
            *([_voted(results.mean(name, task.name, metric, "vote"))] if votes else []),
            verdict(results.lead(task, name)),
        ]
        for name, row in rows.items()
    ]
    first = Cell("MAE" if metric == "mae" else NAMES[metric], task.unit)
    scale = f"{level(metric, limits[0])} to {level(metric, limits[1])}"
    head = ["model", first, Cell("", scale), NAMES[task.second], *more.values()]
    head += [*(["macro F1 of votes"] if votes else []), f"{results.variants[0]} against it"]
    return TableBlock(_caption("within_mdc" in more, votes), head, cells)


def _caption(with_detectable: bool, with_votes: bool) -> str:
    caption = "Every model on this question, best first; mean of the seeds, 95 % intervals."
    if with_detectable:
        caption += (
            " Within MDC: share of trials whose error is below the minimal detectable change."
        )
    if with_votes:
        caption += (
            " Votes: one answer a participant, by the mean probability over their trials; who has "
            "trials with different truths does not vote."
        )
    return caption


def _ranked(results: Results, task: AnsweredTask) -> dict[str, tuple]:
    """The headline measure of every model, best first, undefined ones last."""
    rows = results.means_of(task, (*results.variants, *results.baselines))
    sign = 1 if task.kind == "regression" else -1
    values = {name: np.nan_to_num(row.value, nan=sign * 1e9) for name, row in rows.items()}
    return {name: rows[name] for name in sorted(rows, key=lambda name: sign * values[name])}


def _limits(rows: Iterable) -> tuple[float, float]:
    """The range that all values and intervals need."""
    ends = np.array([[row.value, row.low, row.high] for row in rows], dtype=float)
    return float(np.nanmin(ends)), float(np.nanmax(ends))


def _any(results: Results, task: AnsweredTask, metric: str, reading: str = "answer") -> bool:
    """Whether any variant has this measure."""
    means = (results.mean(name, task.name, metric, reading) for name in results.variants)
    return any(row is not None for row in means)


def _kind(results: Results, name: str) -> str:
    if name in results.variants:
        return "language model"
    return "simple method" if name in results.simple else "shuffled labels"


def _further(row) -> str:
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


def t_intervals(table: pd.DataFrame | None, task: AnsweredTask) -> list[TableBlock]:
    """The t-interval over participants, which has to agree with a verdict where they are few."""
    if table is None or table.empty or task.n_participants >= T_TEST_PARTICIPANTS:
        return []
    rows = [
        [
            "level" if pd.isna(row.other) else f"against {row.other}",
            row.measure.replace("mae", f"mean absolute error ({task.unit})"),
            Cell(short(row.value), bounds("mae", row.low, row.high)),
            "–" if pd.isna(row.verdict) else verdict_cell(row.verdict),
        ]
        for row in table.itertuples()
    ]
    caption = (
        f"Fewer than {T_TEST_PARTICIPANTS} participants: the same with a t-interval over the means "
        "of the participants, not adjusted. A verdict above stands only if the t-test agrees."
    )
    return [TableBlock(caption, ["what", "measure", "value", "verdict"], rows, n_text=2)]
