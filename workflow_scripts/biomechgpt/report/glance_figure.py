"""All tasks on one drawing: the language model, the simple methods, and who is ahead."""

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from biomechgpt.evaluation.figures import BLUE, INK, ORANGE, STYLE, plain
from biomechgpt.report.blocks import Figure, Row, level, svg_of
from biomechgpt.report.results import NAMES, PRIMARY, Results

TITLES = {
    "classification": "macro F1 (right is better)",
    "regression": "error relative to the strongest simple method (left is better)",
}


def glance_figures(results: Results) -> list[Row]:
    """A drawing for the tasks with classes and one for those with numbers, side by side."""
    drawn = []
    for kind in TITLES:
        tasks = [task for task in results.tasks.itertuples() if task.kind == kind]
        if tasks:
            drawn.append(_figure(results, tasks, kind))
    return [Row(drawn)] if drawn else []


def _figure(results: Results, tasks: Sequence, kind: str) -> Figure:
    with matplotlib.rc_context(STYLE):
        figure = matplotlib.figure.Figure(figsize=(5.4, 0.5 * len(tasks) + 1))
        axes = figure.subplots()
        for place, task in enumerate(tasks):
            _draw_task(axes, results, task, place)
        axes.set_yticks(range(len(tasks)), [plain(task.task) for task in tasks])
        axes.set_ylim(len(tasks) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(TITLES[kind])
        if kind == "regression":
            axes.axvline(1, color=INK, linewidth=0.8)
        else:
            axes.set_xlim(0, 1)
        handles, labels = axes.get_legend_handles_labels()
        unique = dict(zip(labels, handles, strict=True))
        place = {"loc": "lower left", "bbox_to_anchor": (0, 1.02), "ncols": 3, "frameon": False}
        axes.legend(unique.values(), unique.keys(), fontsize=8, **place)
        svg = svg_of(figure, f"glance-{kind}")
    caption = (
        "Each question: the language model and the strongest simple method with their 95 % "
        "intervals, the other models as small marks."
    )
    if kind == "regression":
        caption += " Errors are divided by that of the strongest simple method (the line at 1)."
    return Figure(svg, caption, _in_words(results, tasks, kind))


def _draw_task(axes: Axes, results: Results, task, place: int) -> None:
    metric, best = PRIMARY[task.kind], results.strongest(task.task, task.kind)
    found = {name: results.mean(name, task.task, metric) for name in _models(results)}
    found = {name: row for name, row in found.items() if row is not None}
    scale = (found[best].value or 1.0) if metric == "mae" and best else 1.0
    marked = {results.variants[0]: (-0.14, BLUE, "o"), best: (0.14, ORANGE, "s")}
    for name, row in found.items():
        offset, colour, mark = marked.get(name, (0.0, INK, "|"))
        label = "strongest simple method" if name == best else name
        label = label if name in marked else "other models"
        axes.plot(
            row.value / scale,
            place + offset,
            mark,
            color=colour,
            label=label,
            markersize=5 if name in marked else 7,
            alpha=1 if name in marked else 0.45,
        )
        if name in marked and np.isfinite(row.low):
            ends = np.array([row.low, row.high]) / scale
            axes.plot(ends, [place + offset] * 2, color=colour, linewidth=1.5)


def _models(results: Results) -> list[str]:
    return [*results.variants, *results.baselines]


def _in_words(results: Results, tasks: Sequence, kind: str) -> str:
    metric, variant = PRIMARY[kind], results.variants[0]
    parts = []
    for task in tasks:
        best = results.strongest(task.task, kind)
        words = (
            f"{plain(task.task)} {level(metric, results.mean(variant, task.task, metric).value)}"
        )
        if best:
            words += (
                f" against {level(metric, results.mean(best, task.task, metric).value)} of {best}"
            )
        parts.append(words)
    return f"{NAMES[metric]} of {variant} and of the strongest simple method: {'; '.join(parts)}."
