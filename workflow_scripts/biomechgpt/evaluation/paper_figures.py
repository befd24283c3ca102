"""The figures of the paper for this cohort, as SVG files."""

import os
from collections.abc import Callable, Sequence
from functools import partial

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from biomechgpt.evaluation import agreement, metrics
from biomechgpt.evaluation.answer_arrays import task_options
from biomechgpt.evaluation.drawing_style import BLUE, GREEN, INK, ORANGE, PAPER, STYLE, plain, save
from biomechgpt.files import replacing


def draw_all(
    predictions: pd.DataFrame,
    comparisons: pd.DataFrame,
    variant: str,
    units: dict[str, str],
    folder: os.PathLike,
) -> None:
    """Draw Figures 2 to 4 of `variant`'s first seed on test trials, and the paired differences.

    `predictions` have the columns of `number_choice.with_decided_numbers`.
    `units` names the unit of each regression task. Writes `figure2.svg` (confusion matrix of the
    first classification task), `figure3.svg` (the other ones), `figure4.svg` (regression),
    `comparisons.svg`; a figure without data is left out.
    """
    rows = predictions[(predictions["split"] == "test") & (predictions["variant"] == variant)]
    rows = rows[rows["seed"] == rows["seed"].min()]
    classes = rows[rows["kind"] == "classification"]
    tasks = list(classes["task"].unique())
    numbers = rows[rows["kind"] == "regression"]
    with replacing(folder) as temporary, matplotlib.rc_context(STYLE):
        temporary.mkdir()
        if tasks:
            save(confusion_figure(classes, tasks[:1]), temporary / "figure2.svg", "figure2")
        if tasks[1:]:
            save(confusion_figure(classes, tasks[1:]), temporary / "figure3.svg", "figure3")
        if len(numbers):
            save(regression_figure(numbers, units), temporary / "figure4.svg", "figure4")
        tested = comparisons[(comparisons["split"] == "test") & comparisons["low"].notna()]
        tested = tested[tested["variant"] == variant]
        if len(tested):
            save(comparison_figure(tested), temporary / "comparisons.svg", "comparisons")


def confusion_figure(rows: pd.DataFrame, tasks: Sequence[str]) -> Figure:
    """A confusion matrix a task: counts, coloured by the share of the true class."""
    size_in = (7.2, 5.6) if len(tasks) == 1 else (4.6, 3.9)
    return _panels(rows, tasks, size_in, _confusion)


def _panels(
    rows: pd.DataFrame,
    tasks: Sequence[str],
    size_in: tuple[float, float],
    draw: Callable[[Axes, pd.DataFrame, str], None],
) -> Figure:
    """A panel a task, each of `size_in`, two in a line; `draw` fills it with the rows of its task."""
    columns = min(2, len(tasks))
    lines = -(-len(tasks) // columns)
    figure = Figure(figsize=(size_in[0] * columns, size_in[1] * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for task, axes in zip(tasks, panels, strict=False):
        draw(axes, rows[rows["task"] == task], task)
    for axes in panels[len(tasks) :]:
        axes.set_axis_off()
    return figure


def _confusion(axes: Axes, rows: pd.DataFrame, task: str) -> None:
    options = task_options(rows)
    truth = metrics.encode_truth(rows["truth"], options)
    answer = metrics.encode_most_probable(rows["options"], rows["probabilities"], options)
    counts = metrics.confusion(truth, answer, len(options))[:, : len(options)]
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    places = np.arange(len(options)), np.arange(len(options))
    axes.pcolormesh(*places, share, cmap="cividis", vmin=0, vmax=1, edgecolor=PAPER, linewidth=0.4)
    axes.invert_yaxis()
    for (i, j), count in np.ndenumerate(counts):
        colour = "#111111" if share[i, j] > 0.5 else "#fdfdfd"
        axes.text(j, i, str(count), ha="center", va="center", color=colour, fontsize=8)
    axes.set_xticks(range(len(options)), options, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(options)), options)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="answer", ylabel="truth", title=_title(task, rows))


def _title(task: str, rows: pd.DataFrame) -> str:
    people, trials = rows["participant_id"].nunique(), rows["trial_id"].nunique()
    return f"{plain(task)}\n{people} participants, {trials} trials"


def regression_figure(rows: pd.DataFrame, units: dict[str, str]) -> Figure:
    """Answer against truth for every task with the identity, the fitted line, slope, r and p."""
    return _panels(rows, list(rows["task"].unique()), (4.2, 3.9), partial(_scatter, units=units))


def _scatter(axes: Axes, rows: pd.DataFrame, task: str, units: dict[str, str]) -> None:
    truth = rows["truth_number"].to_numpy(np.float64)
    number = rows["decided_number"].to_numpy(np.float64, na_value=np.nan)
    fit, readable = agreement.regression_metrics(truth, number), np.isfinite(number)
    axes.scatter(truth[readable], number[readable], s=14, color=BLUE, alpha=0.55, linewidth=0)
    ends = np.array([truth.min(), truth.max()])
    axes.plot(ends, ends, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), label="identity")
    if np.isfinite(fit["slope"]):
        line = fit["intercept"] + fit["slope"] * ends
        axes.plot(ends, line, color=ORANGE, linewidth=1.6, label="fit")
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    text = f"slope {fit['slope']:.2f}\nr {fit['r']:.2f}\np {_p(fit['p'])}"
    if not readable.all():
        text += f"\n{(~readable).sum()} unreadable, not drawn"
    axes.text(0.03, 0.97, text, transform=axes.transAxes, va="top", fontsize=8)
    unit = f" ({units[task]})" if units.get(task) else ""
    axes.set(xlabel=f"truth{unit}", ylabel=f"answer{unit}", title=_title(task, rows))


def _p(value: float) -> str:
    if not np.isfinite(value):
        return "undefined"
    return "< 0.0001" if value < 1e-4 else f"= {value:.4f}"


def comparison_figure(comparisons: pd.DataFrame) -> Figure:
    """Paired differences with their 95 % intervals: macro F1 of the classes, r of the numbers."""
    rows = comparisons[comparisons["metric"].isin(("macro_f1", "r"))]
    tasks, others = list(rows["task"].unique()), list(rows["other"].unique())
    height = len(tasks) * max(0.42, 0.14 * len(others))
    figure = Figure(figsize=(7.2, height + 1.2), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0, color=INK, linewidth=0.8)
    step = min(0.26, 0.8 / max(len(others), 1))
    for k, other in enumerate(others):
        of_other = rows[rows["other"] == other]
        y = of_other["task"].map(tasks.index) + step * (k - (len(others) - 1) / 2)
        # Colours and signs repeat at different lengths, so that twelve models differ.
        colour, sign = (ORANGE, BLUE, GREEN)[k % 3], "os^D"[k % 4]
        axes.hlines(y, of_other["low"], of_other["high"], color=colour, linewidth=1.2)
        style = {"color": colour, "marker": sign, "markersize": 4.5, "linestyle": "none"}
        axes.plot(of_other["difference"], y, **style, label=other)
    kind = rows.drop_duplicates("task").set_index("task")["metric"]
    names = {"macro_f1": "macro F1", "r": "r"}
    axes.set_yticks(range(len(tasks)), [f"{plain(t)} ({names[kind[t]]})" for t in tasks])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("difference, language model minus the other (right of 0: better)")
    axes.legend(title="compared with", frameon=False, fontsize=8, loc="best")
    return figure
