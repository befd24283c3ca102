"""What was found, in sentences and one table: the first thing a reader sees."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from biomechgpt.evaluation.figures import plain
from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS
from biomechgpt.report.blocks import (
    Cell,
    Sentences,
    Table,
    Text,
    bounds,
    difference,
    level,
    people,
    verdict_cell,
)

PRIMARY = {"classification": "macro_f1", "regression": "mae"}
SECONDARY = {"classification": "weighted_f1", "regression": "r"}
FEW_PARTICIPANTS = 10  # below it the bootstrap covers some 85 % instead of 95 %
NAMES = {
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "mae": "mean absolute error",
    "r": "Pearson r",
}


class Results(NamedTuple):
    """All that was measured on test participants; `units` names the units of the numbers.

    `on_training` are the metrics on training participants, empty unless those were asked.
    """

    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    unreadable: pd.DataFrame
    on_training: pd.DataFrame
    variants: Sequence[str]
    baselines: Sequence[str]
    units: dict[str, str]

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task that the first variant answered: task, kind, n_participants, n_trials."""
        rows = self.metrics[self.metrics["variant"] == self.variants[0]]
        return rows.drop_duplicates("task")[["task", "kind", "n_participants", "n_trials"]]

    def mean(self, variant: str, task: str, metric: str) -> pd.Series | None:
        """The mean over seeds with SD and interval, None where the model lacks the task."""
        m = self.metrics
        keep = (m["variant"] == variant) & (m["task"] == task) & (m["metric"] == metric)
        keep &= (m["seed"] == "mean") & (m["reading"] == "answer") & (m["label"] == "")
        return m[keep].iloc[0] if keep.any() else None

    def difference(self, variant: str, other: str, task: str, metric: str) -> pd.Series | None:
        """The paired difference, None where there is none."""
        c = self.comparisons
        keep = (c["variant"] == variant) & (c["other"] == other) & (c["task"] == task)
        keep &= c["metric"] == metric
        return c[keep].iloc[0] if keep.any() else None


def glance(results: Results) -> list:
    """What was asked, how well it was answered, against what; a sentence a task."""
    variant = results.variants[0]
    rows = [_glance_row(results, variant, task) for task in results.tasks.itertuples()]
    others = [f"against {name}" for name in results.baselines]
    head = ["question", "measure", variant, *results.baselines, *others]
    items = [
        (plain(task.task), task_sentence(results, variant, task))
        for task in results.tasks.itertuples()
    ]
    caption = (
        f"How well {variant} answers, mean of the seeds on test participants, with the 95 % "
        "interval of the participant bootstrap. Higher F1 is better, lower mean absolute error is "
        "better; the last columns are paired differences, positive where the language model is "
        "better."
    )
    return [
        Text(overall_sentence(results, variant)),
        Sentences(items),
        Table(caption, head, rows, n_text=2),
    ]


def _glance_row(results: Results, variant: str, task) -> list:
    metric = PRIMARY[task.kind]
    unit = results.units.get(task.task, "")
    measure = NAMES[metric] + (f" ({unit})" if unit else "")
    models = [
        _estimate(metric, results.mean(name, task.task, metric))
        for name in (variant, *results.baselines)
    ]
    differences = [
        _verdict(results.difference(variant, other, task.task, metric))
        for other in results.baselines
    ]
    size = people(task.n_participants, task.n_trials).replace(", ", "\n")
    return [Cell(plain(task.task), size), measure, *models, *differences]


def _estimate(metric: str, row: pd.Series | None) -> Cell:
    if row is None:
        return Cell("–")
    few = row["n_participants"] < FEWEST_PARTICIPANTS
    sub = "interval not estimable" if few else bounds(metric, row["low"], row["high"])
    return Cell(level(metric, row["value"]), sub)


def _verdict(row: pd.Series | None) -> Cell:
    if row is None:
        return Cell("–")
    known = row["verdict"] != "not estimable"
    return verdict_cell(row["verdict"], difference(row["metric"], row) if known else "")


def overall_sentence(results: Results, variant: str) -> str:
    """On how many tasks the variant is above, level with or below each baseline."""
    parts = []
    for other in results.baselines:
        words = [
            row["verdict"]
            for task in results.tasks.itertuples()
            if (row := results.difference(variant, other, task.task, PRIMARY[task.kind]))
            is not None
        ]
        tally = [f"{w} on {words.count(w)}" for w in dict.fromkeys(sorted(words))]
        parts.append(f"against {other}: {', '.join(tally)} of {len(words)} tasks")
    text = f"{variant} answers {len(results.tasks)} kinds of question about movement"
    return f"{text}. " + ". ".join(part[0].upper() + part[1:] for part in parts) + "."


def task_sentence(results: Results, variant: str, task) -> str:
    """One sentence on one task, from its numbers."""
    metric, other_metric = PRIMARY[task.kind], SECONDARY[task.kind]
    row = results.mean(variant, task.task, metric)
    second = results.mean(variant, task.task, other_metric)
    unit = results.units.get(task.task, "")
    size = people(task.n_participants, task.n_trials)
    value = f"{NAMES[metric]} {level(metric, row['value'])}{f' {unit}' if unit else ''}"
    also = f"{NAMES[other_metric]} {level(other_metric, second['value'])}"
    if task.n_participants < FEWEST_PARTICIPANTS:
        return f"{value}, {also} ({size}): too few participants, not estimable."
    ends = bounds(metric, row["low"], row["high"])
    found = f"{value} {ends}, {also} ({size})"
    words: dict[str, list[str]] = {}
    for other in results.baselines:
        if phrase := _phrase(results, variant, other, task):
            words.setdefault(phrase, []).append(other)
    verdicts = ", ".join(f"{phrase} {' and '.join(others)}" for phrase, others in words.items())
    few = " Fewer than 10 participants: the interval is too narrow."
    few = few if task.n_participants < FEW_PARTICIPANTS else ""
    return f"{found}: {verdicts}.{few}" if verdicts else f"{found}.{few}"


def _phrase(results: Results, variant: str, other: str, task) -> str:
    """The verdict in words; both measures are named where they disagree."""
    first, second = (
        results.difference(variant, other, task.task, names[task.kind])
        for names in (PRIMARY, SECONDARY)
    )
    if first is None:
        return ""
    words = {
        "above": "above",
        "below": "below",
        "not distinguishable": "not distinguishable from",
        "not estimable": "not comparable with",
    }
    if second is None or second["verdict"] == first["verdict"]:
        return words[first["verdict"]]
    by = f"by {NAMES[PRIMARY[task.kind]]} {first['verdict']}, by {NAMES[SECONDARY[task.kind]]}"
    return f"{by} {words[second['verdict']]}"
