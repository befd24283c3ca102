"""Results at a glance: every task with its n, its interval and the strongest simple method."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from biomechgpt.evaluation.drawing_style import BLUE, INK, ORANGE
from biomechgpt.report.drawing.svg import plot
from biomechgpt.report.page.blocks import (
    Cell,
    Drawing,
    Heading,
    Paragraph,
    Sentences,
    SideBySide,
    TableBlock,
)
from biomechgpt.report.page.wording import level, people
from biomechgpt.report.results import NAMES, PRIMARY, AnsweredTask, Results
from biomechgpt.report.sections.task_sentences import (
    estimate,
    overall_sentence,
    short_sentence,
    verdict,
    verdict_on,
)

GROUPS = {
    "below": "Where a simple method beats the language model",
    "not distinguishable": "Where no difference can be told",
    "above": "Where the language model beats the strongest simple method",
    "not estimable": "Where nothing can be compared",
}
AXIS_LABELS = {
    "classification": "macro F1 (right is better)",
    "regression": "error relative to the strongest simple method (left is better)",
}


def glance(results: Results) -> list:
    """Who is ahead on which question and by how much: in a sentence, drawn, and as a table."""
    return [
        Paragraph(overall_sentence(results)),
        *_drawings(results),
        *_grouped_sentences(results),
        _table(results),
    ]


def _table(results: Results) -> TableBlock:
    caption = (
        f"{results.variants[0]} on test participants, mean of the seeds, 95 % interval of the "
        "participant bootstrap. Higher F1 is better, lower mean absolute error is better. The "
        "strongest simple method is the baseline with the best figure on these same people, which "
        "favours it. Differences are paired and positive where the language model is better; "
        "verdicts are adjusted for their number (Paired comparisons). Chance is the better of "
        "labels shuffled over participants and of the most frequent label or median."
    )
    head = ["question", "measure", results.variants[0], "strongest simple method"]
    head += ["difference", "against chance"]
    return TableBlock(caption, head, [_row(results, task) for task in results.tasks], n_text=2)


def _row(results: Results, task: AnsweredTask) -> list:
    best, metric = results.strongest(task), task.headline
    own, theirs = (
        estimate(metric, results.mean(name, task.name, metric))
        for name in (results.variants[0], best)
    )
    chance = results.lead(task, results.uninformed(task))
    against_chance = verdict(chance)
    if chance is not None:
        against_chance = against_chance._replace(sub=f"{chance.other}\n{against_chance.sub}")
    return [
        Cell(task.title, people(task.n_participants, task.n_trials).replace(", ", "\n")),
        Cell(NAMES[metric], task.unit),
        own,
        theirs._replace(sub=f"{best}\n{theirs.sub}") if best else theirs,
        verdict(results.lead(task, best)),
        against_chance,
    ]


def _grouped_sentences(results: Results) -> list:
    """A sentence a task, those first where a simple method is ahead."""
    verdicts = [verdict_on(results, task) for task in results.tasks]
    blocks: list = []
    for group, title in GROUPS.items():
        items = [
            (task.title, short_sentence(results, task))
            for task, verdict_of_task in zip(results.tasks, verdicts, strict=True)
            if verdict_of_task == group
        ]
        if items:
            heading = f"{title} ({len(items)} of {len(results.tasks)})"
            blocks += [Heading(heading), Sentences(items)]
    return blocks


def _drawings(results: Results) -> list[SideBySide]:
    """A drawing for the tasks with classes and one for those with numbers, side by side."""
    by_kind = {kind: [t for t in results.tasks if t.kind == kind] for kind in AXIS_LABELS}
    drawn = [_drawing(results, tasks, kind) for kind, tasks in by_kind.items() if tasks]
    return [SideBySide(drawn)] if drawn else []


def _drawing(results: Results, tasks: Sequence[AnsweredTask], kind: str) -> Drawing:
    size_in = (5.4, 0.5 * len(tasks) + 1)
    svg = plot(partial(_draw, results=results, tasks=tasks, kind=kind), f"glance-{kind}", size_in)
    caption = (
        "Each question: the language model and the strongest simple method with their 95 % "
        "intervals, the other models as small marks."
    )
    if kind == "regression":
        caption += " Errors are divided by that of the strongest simple method (the line at 1)."
    return Drawing(svg, caption, _in_words(results, tasks, kind))


def _draw(axes: Axes, results: Results, tasks: Sequence[AnsweredTask], kind: str) -> None:
    for place, task in enumerate(tasks):
        _draw_task(axes, results, task, place)
    axes.set_yticks(range(len(tasks)), [task.title for task in tasks])
    axes.set_ylim(len(tasks) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(AXIS_LABELS[kind])
    if kind == "regression":
        axes.axvline(1, color=INK, linewidth=0.8)
    else:
        axes.set_xlim(0, 1)
    handles, labels = axes.get_legend_handles_labels()
    unique = dict(zip(labels, handles, strict=True))
    style = {"loc": "lower left", "bbox_to_anchor": (0, 1.02), "ncols": 3, "frameon": False}
    axes.legend(unique.values(), unique.keys(), fontsize=8, **style)


def _draw_task(axes: Axes, results: Results, task: AnsweredTask, place: int) -> None:
    """The marks of all models on the line `place`; intervals of the two that are compared."""
    best = results.strongest(task)
    rows = results.means_of(task, (*results.variants, *results.baselines))
    scale = (rows[best].value or 1.0) if task.headline == "mae" and best else 1.0
    marked = {results.variants[0]: (-0.14, BLUE, "o"), best: (0.14, ORANGE, "s")}
    for name, row in rows.items():
        offset, colour, mark = marked.get(name, (0.0, INK, "|"))
        label = "strongest simple method" if name == best else name
        axes.plot(
            row.value / scale,
            place + offset,
            mark,
            color=colour,
            label=label if name in marked else "other models",
            markersize=5 if name in marked else 7,
            alpha=1 if name in marked else 0.45,
        )
        if name in marked and np.isfinite(row.low):
            ends = np.array([row.low, row.high]) / scale
            axes.plot(ends, [place + offset] * 2, color=colour, linewidth=1.5)


def _in_words(results: Results, tasks: Sequence[AnsweredTask], kind: str) -> str:
    metric, variant = PRIMARY[kind], results.variants[0]
    parts = []
    for task in tasks:
        best = results.strongest(task)
        words = f"{task.title} {level(metric, results.mean(variant, task.name, metric).value)}"
        if best:
            theirs = level(metric, results.mean(best, task.name, metric).value)
            words += f" against {theirs} of {best}"
        parts.append(words)
    return f"{NAMES[metric]} of {variant} and of the strongest simple method: {'; '.join(parts)}."
