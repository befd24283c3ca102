"""The drawings of a question's section."""

from collections.abc import Sequence

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from biomechgpt.evaluation.figures import BLUE, INK, ORANGE, STYLE, plain
from biomechgpt.report.blocks import ON_BLUE, Figure, number, short, svg_of

DASHES = (0, (4, 3))
READINGS = (("answer", "as predicted", ORANGE, "s"), ("calibrated", "calibrated", BLUE, "o"))
LEGEND = {
    "loc": "lower left",
    "bbox_to_anchor": (0, 1),
    "ncols": 2,
    "frameon": False,
    "fontsize": 8,
}


def blank(width: float, height: float) -> matplotlib.figure.Figure:
    """A figure of so many inches."""
    return matplotlib.figure.Figure(figsize=(width, height))


def with_unit(text: str, unit: str) -> str:
    """The label of an axis."""
    return f"{text} ({unit})" if unit else text


def confusion(confusions: pd.DataFrame, task: str) -> Figure:
    """Trials by true class and answer of the first seed, coloured by the share of the true class."""
    rows = confusions[(confusions["task"] == task) & (confusions["reading"] == "answer")]
    rows = rows[rows["seed"] == rows["seed"].min()]
    options = list(dict.fromkeys(rows["truth"]))
    counts = rows[~rows["unreadable"]].pivot(index="truth", columns="answer", values="trials")
    counts = counts.loc[options, options].to_numpy(int)
    with matplotlib.rc_context(STYLE):
        side = max(0.42 * len(options), 1.3)
        figure = blank(1.2 + side, 0.6 + side)
        _draw_confusion(figure.subplots(), counts, options)
        svg = svg_of(figure, f"confusion-{task}")
    caption = (
        "Confusion matrix, first seed: trials by true class and most probable answer, coloured by "
        "the share of the true class."
    )
    return Figure(svg, caption, _confusion_in_words(counts, options))


def _draw_confusion(axes: Axes, counts: np.ndarray, options: Sequence[str]) -> None:
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    places = np.arange(len(options) + 1) - 0.5
    # One hue that fades into the page: right on white, on black and on paper.
    colours = np.broadcast_to(to_rgba(BLUE), (*counts.shape, 4)).copy()
    colours[..., 3] = share
    axes.pcolormesh(places, places, colours, linewidth=0)
    for (i, j), trials in np.ndenumerate(counts):
        if trials:
            colour = ON_BLUE if share[i, j] > 0.5 else INK
            axes.text(j, i, str(trials), ha="center", va="center", color=colour, fontsize=8)
    axes.vlines(places, *places[[0, -1]], color=INK, linewidth=0.3, alpha=0.35)
    axes.hlines(places, *places[[0, -1]], color=INK, linewidth=0.3, alpha=0.35)
    axes.invert_yaxis()
    axes.set_aspect("equal")
    axes.set_xticks(range(len(options)), options, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(options)), options)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="answer", ylabel="truth")


def _confusion_in_words(counts: np.ndarray, options: Sequence[str]) -> str:
    right = np.trace(counts)
    wrong = counts - np.diag(np.diag(counts))
    text = (
        f"Confusion matrix of {len(options)} classes: {right} of {counts.sum()} trials are right."
    )
    if not wrong.any():
        return text
    i, j = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{text} Most often {options[i]} is answered with {options[j]} ({wrong[i, j]} trials)."


def reliability(table: pd.DataFrame | None, task: str) -> Figure | None:
    """Accuracy against confidence, as predicted and after temperature scaling."""
    rows = None if table is None else table[table["task"] == task]
    if rows is None or rows.empty:
        return None
    shown = [(rows[rows["reading"] == name], *how) for name, *how in READINGS]
    ends = ["confidence", "accuracy"]
    if shown[0][0][ends].to_numpy().tolist() == shown[1][0][ends].to_numpy().tolist():
        shown = shown[:1]  # no temperature was fitted
    with matplotlib.rc_context(STYLE):
        figure = blank(4.2, 3.6)
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=DASHES)
        for mine, label, colour, mark in shown:
            axes.plot(
                mine["confidence"],
                mine["accuracy"],
                f"{mark}-",
                color=colour,
                label=label,
                markersize=4.5,
                linewidth=1.2,
            )
            axes.vlines(mine["confidence"], mine["low"], mine["high"], color=colour, linewidth=1)
        axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.02), xlabel="confidence", ylabel="share right")
        axes.legend(**LEGEND)
        svg = svg_of(figure, f"reliability-{task}")
    caption = (
        "Reliability, all seeds: share of right answers against the confidence in them, in bins of "
        "equal size; bars are 95 % intervals. On the dashed line confidence is worth what it says."
    )
    best = rows[rows["reading"] == "calibrated"].sort_values("confidence")
    pairs = ", ".join(
        f"{number(row.confidence)}: {number(row.accuracy)}" for row in best.itertuples()
    )
    return Figure(svg, caption, f"Reliability of {plain(task)}, confidence: share right; {pairs}.")


def risk_coverage(table: pd.DataFrame | None, task, unit: str) -> Figure | None:
    """How the error falls when the least certain answers are left unanswered."""
    rows = None if table is None else table[table["task"] == task.task]
    if rows is None or rows.empty:
        return None
    rows = rows.sort_values("answered")
    what = "share wrong" if task.kind == "classification" else with_unit("mean error", unit)
    with matplotlib.rc_context(STYLE):
        figure = blank(4.2, 3.6)
        axes = figure.subplots()
        axes.fill_between(rows["answered"], rows["low"], rows["high"], color=BLUE, alpha=0.18)
        axes.plot(rows["answered"], rows["risk"], "o-", color=BLUE, markersize=4)
        axes.set(xlim=(0, 1.02), xlabel="share answered, most certain first", ylabel=what)
        axes.set_ylim(bottom=0)
        svg = svg_of(figure, f"risk-{task.task}")
    caption = "What abstaining buys: the error among the answers given, with its 95 % interval."
    half = rows.iloc[(rows["answered"] - 0.5).abs().argmin()]
    words = (
        f"Risk against coverage: {what} {short(half.risk)} when {100 * half.answered:.0f} % are "
        f"answered, {short(rows.iloc[-1].risk)} when all are."
    )
    return Figure(svg, caption, words)
