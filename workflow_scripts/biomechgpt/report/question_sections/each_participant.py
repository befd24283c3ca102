"""How well each participant is answered, where so few are tested that single people decide."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from biomechgpt.evaluation.drawing_style import BLUE, INK, ORANGE
from biomechgpt.evaluation.intervals import T_TEST_PARTICIPANTS
from biomechgpt.report.drawing.svg import plot, with_unit
from biomechgpt.report.page.blocks import (
    Block,
    Cell,
    Drawing,
    Heading,
    Sentences,
    TableBlock,
    no_table,
)
from biomechgpt.report.page.wording import count, short
from biomechgpt.report.results import NAMES, AnsweredTask, Results


class _Reading(NamedTuple):
    """The figure of each participant (rows) with each model (columns), of `counts` trials or votes."""

    unit: str
    values: pd.DataFrame
    counts: pd.Series


def each_participant(results: Results, task: AnsweredTask) -> list[Block]:
    """A drawing and a table of what each participant has with each model.

    Nothing from 20 participants on, unless trials vote by a label (`evaluate.vote_by`).
    """
    if results.vote_by is None and task.n_participants >= T_TEST_PARTICIPANTS:
        return []
    table = results.table("participants")
    if table is None:
        return [no_table("participants")]
    rows = table[table["task"] == task.name]
    models = [n for n in (*results.variants, *results.simple) if n in set(rows["variant"])]
    readings = _readings(rows, models, results.vote_by)
    strongest = results.strongest(task)
    return [
        Heading("Each participant"),
        _sentences(readings[-1], task, [results.variants[0], strongest]),
        _drawing(readings[-1], task, strongest),
        _table(readings, task),
    ]


def _readings(rows: pd.DataFrame, models: Sequence[str], vote_by: str | None) -> list[_Reading]:
    """Of the trials, and of the votes where these are more than one a participant."""
    units = {"answer": "trials"} | ({"vote": f"votes of each {vote_by}"} if vote_by else {})
    return [
        _Reading(
            unit,
            own.pivot(index="participant_id", columns="variant", values="value")[models],
            own.groupby("participant_id")["n"].max(),
        )
        for reading, unit in units.items()
        if len(own := rows[rows["reading"] == reading])
    ]


def _sentences(reading: _Reading, task: AnsweredTask, models: Sequence[str | None]) -> Sentences:
    """Mean, spread and worst participant of each model."""
    return Sentences([(n, _summary(reading.values[n].dropna(), task)) for n in models if n])


def _summary(own: pd.Series, task: AnsweredTask) -> str:
    worst = own.idxmax() if task.kind == "regression" else own.idxmin()
    spread = f", SD over participants {short(own.std())}" if len(own) > 1 else ""
    return (
        f"mean of the participants {short(own.mean())}{spread}, worst {short(own[worst])} ({worst})"
    )


def _drawing(reading: _Reading, task: AnsweredTask, strongest: str | None) -> Drawing:
    size_in = (5.4, 0.32 * len(reading.values.columns) + 0.9)
    label = with_unit(NAMES["mae" if task.kind == "regression" else "accuracy"], task.unit)
    draw = partial(_draw, values=reading.values, label=label, strongest=strongest)
    caption = (
        f"Each participant a mark: {label} of {reading.unit}, mean of the seeds; the stroke is the "
        "mean of the participants."
    )
    ends = ", ".join(
        f"{name} {short(own.min())} to {short(own.max())}" for name, own in reading.values.items()
    )
    words = f"{label} of {len(reading.values)} participants, {task.title}: {ends}."
    return Drawing(plot(draw, f"participants-{task.name}", size_in), caption, words)


def _draw(axes: Axes, values: pd.DataFrame, label: str, strongest: str | None) -> None:
    styles = {values.columns[0]: (BLUE, "o"), strongest: (ORANGE, "s")}
    for place, (name, own) in enumerate(values.items()):
        colour, mark = styles.get(name, (INK, "|"))
        axes.plot(own, np.full(len(own), place), mark, color=colour, markersize=5, alpha=0.55)
        axes.vlines(own.mean(), place - 0.3, place + 0.3, color=colour, linewidth=1.6)
    axes.set_yticks(range(len(values.columns)), values.columns)
    axes.set_ylim(len(values.columns) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)


def _table(readings: Sequence[_Reading], task: AnsweredTask) -> TableBlock:
    """Those whom the language model answers worst first."""
    errors = task.kind == "regression"
    values = readings[0].values
    order = values.iloc[:, 0].sort_values(ascending=not errors, kind="stable").index
    rows = [
        [
            person,
            *(count(reading.counts.get(person)) for reading in readings),
            *(_cell([reading.values[name].get(person) for reading in readings]) for name in values),
        ]
        for person in order
    ]
    measure = "mean absolute error" if errors else "share of right answers"
    caption = f"The {measure} of each participant, mean of the seeds"
    caption += f"; under it that of the {readings[-1].unit}." if readings[1:] else "."
    head = ["participant", *(reading.unit.split()[0] for reading in readings), *values]
    return TableBlock(caption, head, rows, long=len(rows) > 12)


def _cell(values: Sequence[float | None]) -> Cell:
    """The figure of the trials, and under it that of the votes."""
    trials, *votes = map(short, values)
    return Cell(trials, *votes)
