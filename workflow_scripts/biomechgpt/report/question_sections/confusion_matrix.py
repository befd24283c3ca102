"""Which classes are told apart: the confusion matrix, and the measures of every class."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from biomechgpt.evaluation.drawing_style import BLUE, INK
from biomechgpt.report.drawing.svg import ON_BLUE, plot
from biomechgpt.report.page.blocks import Block, Drawing, TableBlock, no_table
from biomechgpt.report.page.wording import count, number
from biomechgpt.report.results import AnsweredTask


def confusion(confusions: pd.DataFrame, task: AnsweredTask) -> Drawing:
    """Trials by true class and answer of the first seed, coloured by the share of the true class."""
    rows = confusions[confusions["reading"] == "answer"]
    rows = rows[rows["seed"] == rows["seed"].min()]
    options = list(dict.fromkeys(rows["truth"]))
    counts = rows[~rows["unreadable"]].pivot(index="truth", columns="answer", values="trials")
    counts = counts.loc[options, options].to_numpy(int)
    side = max(0.42 * len(options), 1.3)
    draw = partial(_draw_confusion, counts=counts, options=options)
    svg = plot(draw, f"confusion-{task.name}", (1.2 + side, 0.6 + side))
    caption = (
        "Confusion matrix, first seed: trials by true class and most probable answer, coloured by "
        "the share of the true class."
    )
    return Drawing(svg, caption, _in_words(counts, options))


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


def _in_words(counts: np.ndarray, options: Sequence[str]) -> str:
    right = np.trace(counts)
    wrong = counts - np.diag(np.diag(counts))
    text = (
        f"Confusion matrix of {len(options)} classes: {right} of {counts.sum()} trials are right."
    )
    if not wrong.any():
        return text
    i, j = np.unravel_index(wrong.argmax(), wrong.shape)
    return f"{text} Most often {options[i]} is answered with {options[j]} ({wrong[i, j]} trials)."


def class_table(table: pd.DataFrame | None) -> list[Block]:
    """Precision, recall and F1 of every class with its support."""
    if table is None:
        return [no_table("classes")]
    rows = [
        [
            row.label,
            *(number(x) for x in (row.precision, row.recall, row.f1)),
            count(row.participants),
            count(row.support),
        ]
        for row in table[table["reading"] == "answer"].itertuples()
    ]
    head = ["class", "precision", "recall", "F1", "participants", "trials"]
    return [TableBlock("Every class, mean of the seeds; n is of the true class.", head, rows)]
