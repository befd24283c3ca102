"""Numbers against the truth: a scatter and the Bland-Altman drawing."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from biomechgpt.evaluation.drawing_style import BLUE, INK, ORANGE
from biomechgpt.report.drawing.svg import DASHES, LEGEND, plot, with_unit
from biomechgpt.report.page.blocks import Drawing
from biomechgpt.report.page.wording import short
from biomechgpt.report.results import AnsweredTask, Results

POINTS = {"s": 14, "color": BLUE, "alpha": 0.55, "linewidth": 0}
LIMITS = ("loa_low", "loa_high")


def agreement(results: Results, answers: pd.DataFrame | None, task: AnsweredTask) -> list[Drawing]:
    """Answer against truth, and the Bland-Altman drawing, of one task's first seed."""
    if answers is None:
        return []
    rows = answers[answers["seed"] == answers["seed"].min()].dropna(subset=["number"])
    if rows.empty:
        return []
    truth, answer = rows["truth_number"].to_numpy(float), rows["number"].to_numpy(float)
    return [_scatter(truth, answer, task), _bland_altman(truth, answer, results, task)]


def _scatter(truth: np.ndarray, answer: np.ndarray, task: AnsweredTask) -> Drawing:
    draw = partial(_draw_scatter, truth=truth, answer=answer, unit=task.unit)
    words = (
        f"Scatter of {len(truth)} trials: truth from {short(truth.min())} to {short(truth.max())} "
        f"{task.unit}, answers from {short(answer.min())} to {short(answer.max())} {task.unit}."
    )
    caption = "Answer against truth, first seed, a point a trial."
    return Drawing(plot(draw, f"scatter-{task.name}"), caption, words)


def _draw_scatter(axes: Axes, truth: np.ndarray, answer: np.ndarray, unit: str) -> None:
    ends = np.array([truth.min(), truth.max()])
    axes.scatter(truth, answer, **POINTS)
    axes.plot(ends, ends, color=INK, linewidth=0.8, linestyle=DASHES, label="answer = truth")
    if np.ptp(truth) > 0:
        slope, intercept = np.polyfit(truth, answer, 1)
        axes.plot(ends, intercept + slope * ends, color=ORANGE, linewidth=1.6, label="fit")
    axes.legend(**LEGEND)
    axes.set(xlabel=with_unit("truth", unit), ylabel=with_unit("answer", unit))


def _bland_altman(
    truth: np.ndarray, answer: np.ndarray, results: Results, task: AnsweredTask
) -> Drawing:
    """Points of one seed; bias and limits are the evaluation's, means of the seeds."""
    rows = [results.mean(results.variants[0], task.name, name) for name in ("bias", *LIMITS)]
    bias, *limits = [np.nan if row is None else row.value for row in rows]
    draw = partial(
        _draw_differences, truth=truth, answer=answer, bias=bias, limits=limits, task=task
    )
    low, high = map(short, limits)
    words = (
        f"Bland-Altman drawing of {len(truth)} trials: bias {short(bias)} {task.unit}, 95 % limits of "
        f"agreement {low} to {high} {task.unit}."
    )
    caption = (
        "Bland-Altman: error against the mean of truth and answer; points of the first seed, bias "
        "and limits the mean of the seeds, allowing for several trials of a person."
    )
    if np.isfinite(task.detectable):
        caption += (
            f" Grey: within the minimal detectable change, {short(task.detectable)} {task.unit}."
        )
    return Drawing(plot(draw, f"bland-altman-{task.name}"), caption, words)


def _draw_differences(
    axes: Axes,
    truth: np.ndarray,
    answer: np.ndarray,
    bias: float,
    limits: list[float],
    task: AnsweredTask,
) -> None:
    axes.scatter((truth + answer) / 2, answer - truth, **POINTS)
    axes.axhline(0, color=INK, linewidth=0.6)
    if np.isfinite(task.detectable):
        axes.axhspan(-task.detectable, task.detectable, color=INK, alpha=0.08, linewidth=0)
    axes.axhline(bias, color=ORANGE, linewidth=1.6, label="bias")
    for place, label in zip(limits, ("95 % limits of agreement", None), strict=True):
        axes.axhline(place, color=ORANGE, linewidth=1, linestyle=DASHES, label=label)
    axes.legend(**LEGEND)
    axes.set_xlabel(with_unit("mean of truth and answer", task.unit))
    axes.set_ylabel(with_unit("answer minus truth", task.unit))
