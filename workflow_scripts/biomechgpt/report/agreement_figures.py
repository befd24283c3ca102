"""Numbers against the truth: a scatter and the Bland-Altman drawing."""

import matplotlib
import numpy as np
import pandas as pd

from biomechgpt.evaluation.figures import BLUE, INK, ORANGE, STYLE
from biomechgpt.report.blocks import Figure, short, svg_of
from biomechgpt.report.results import Results
from biomechgpt.report.task_figures import DASHES, LEGEND, blank, with_unit

LIMITS = ("loa_low", "loa_high")


def numbers(results: Results, answers: pd.DataFrame, task: str) -> list[Figure]:
    """Answer against truth, and the Bland-Altman drawing, of one task's first seed."""
    rows = answers[answers["seed"] == answers["seed"].min()].dropna(subset=["number"])
    if rows.empty:
        return []
    truth, answer = rows["truth_number"].to_numpy(float), rows["number"].to_numpy(float)
    drawn = _scatter(truth, answer, results.units[task], task)
    return [drawn, _bland_altman(truth, answer, results, task)]


def _scatter(truth: np.ndarray, answer: np.ndarray, unit: str, name: str) -> Figure:
    ends = np.array([truth.min(), truth.max()])
    with matplotlib.rc_context(STYLE):
        figure = blank(4.2, 3.6)
        axes = figure.subplots()
        axes.scatter(truth, answer, s=14, color=BLUE, alpha=0.55, linewidth=0)
        axes.plot(ends, ends, color=INK, linewidth=0.8, linestyle=DASHES, label="answer = truth")
        if np.ptp(truth) > 0:
            slope, intercept = np.polyfit(truth, answer, 1)
            axes.plot(ends, intercept + slope * ends, color=ORANGE, linewidth=1.6, label="fit")
        axes.legend(**LEGEND)
        axes.set(xlabel=with_unit("truth", unit), ylabel=with_unit("answer", unit))
        svg = svg_of(figure, f"scatter-{name}")
    caption = "Answer against truth, first seed, a point a trial."
    words = (
        f"Scatter of {len(truth)} trials: truth from {short(ends[0])} to {short(ends[1])} {unit}, "
        f"answers from {short(answer.min())} to {short(answer.max())} {unit}."
    )
    return Figure(svg, caption, words)


def _bland_altman(truth: np.ndarray, answer: np.ndarray, results: Results, task: str) -> Figure:
    """Points of one seed; bias and limits are the evaluation's, means of the seeds."""
    unit, detectable = results.units[task], results.detectable[task]
    rows = [results.mean(results.variants[0], task, name) for name in ("bias", *LIMITS)]
    bias, *limits = [np.nan if row is None else row.value for row in rows]
    with matplotlib.rc_context(STYLE):
        figure = blank(4.2, 3.6)
        axes = figure.subplots()
        axes.scatter(
            (truth + answer) / 2, answer - truth, s=14, color=BLUE, alpha=0.55, linewidth=0
        )
        axes.axhline(0, color=INK, linewidth=0.6)
        if np.isfinite(detectable):
            axes.axhspan(-detectable, detectable, color=INK, alpha=0.08, linewidth=0)
        axes.axhline(bias, color=ORANGE, linewidth=1.6, label="bias")
        for place, label in zip(limits, ("95 % limits of agreement", None), strict=True):
            axes.axhline(place, color=ORANGE, linewidth=1, linestyle=DASHES, label=label)
        axes.legend(**LEGEND)
        axes.set_xlabel(with_unit("mean of truth and answer", unit))
        axes.set_ylabel(with_unit("answer minus truth", unit))
        svg = svg_of(figure, f"bland-altman-{task}")
    low, high = map(short, limits)
    words = (
        f"Bland-Altman drawing of {len(truth)} trials: bias {short(bias)} {unit}, 95 % limits of "
        f"agreement {low} to {high} {unit}."
    )
    caption = (
        "Bland-Altman: error against the mean of truth and answer; points of the first seed, bias "
        "and limits the mean of the seeds, allowing for several trials of a person."
    )
    if np.isfinite(detectable):
        caption += f" Grey: within the minimal detectable change, {short(detectable)} {unit}."
    return Figure(svg, caption, words)
