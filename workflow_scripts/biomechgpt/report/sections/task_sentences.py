"""What was measured on a task in a sentence, and whether a simple method is ahead."""

from functools import partial

import numpy as np

from biomechgpt.evaluation.intervals import FEW_PARTICIPANTS, FEWEST_PARTICIPANTS
from biomechgpt.report.page.blocks import Cell
from biomechgpt.report.page.wording import (
    bounds,
    decimals,
    difference,
    level,
    number,
    people,
    verdict_cell,
)
from biomechgpt.report.results import NAMES, AnsweredTask, Results

TALLY = {
    "above": "beats it on {}",
    "below": "is beaten by it on {}",
    "not distinguishable": "cannot be told from it on {}",
    "not estimable": "cannot be compared with it on {}",
}


def estimate(metric: str, row) -> Cell:
    """A figure with its interval under it."""
    if row is None:
        return Cell("–")
    few = row.n_participants < FEWEST_PARTICIPANTS
    return Cell(
        level(metric, row.value),
        "interval not estimable" if few else bounds(metric, row.low, row.high),
    )


def verdict(row) -> Cell:
    """The adjusted verdict on a difference; under it the difference, and what it was before."""
    if row is None:
        return Cell("–")
    if row.verdict == "not estimable":
        return verdict_cell(row.verdict)
    lines = [difference(row.metric, row), before_adjustment(row)]
    return verdict_cell(row.adjusted_verdict, "\n".join(filter(None, lines)))


def before_adjustment(row) -> str:
    """The verdict of the interval alone where adjustment changed it."""
    return "" if row.verdict == row.adjusted_verdict else f"{row.verdict} before adjustment"


def verdict_on(results: Results, task: AnsweredTask) -> str:
    """How the first variant compares with the strongest simple method, `below` if any beats it."""
    if also_ahead(results, task):
        return "below"
    row = results.lead(task, results.strongest(task))
    return "not estimable" if row is None else row.adjusted_verdict


def also_ahead(results: Results, task: AnsweredTask) -> list[str]:
    """The simple methods that beat the language model, beside the strongest one."""
    best = results.strongest(task)
    leads = {name: results.lead(task, name) for name in results.simple if name != best}
    return [
        name for name, row in leads.items() if row is not None and row.adjusted_verdict == "below"
    ]


def overall_sentence(results: Results) -> str:
    """On how many tasks the first variant is above, level with or below the strongest of each."""
    text = f"{results.variants[0]} answers {len(results.tasks)} kinds of question about movement."
    verdicts = [
        verdict_on(results, task)
        for task in results.tasks
        if results.lead(task, results.strongest(task)) is not None
    ]
    if not verdicts:
        return f"{text} There is no simple method to compare with."
    parts = [w.format(verdicts.count(v)) for v, w in TALLY.items() if v in verdicts]
    joined = " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
    return f"{text} Against the strongest simple method of each question it {joined}."


def task_sentence(results: Results, task: AnsweredTask) -> str:
    """What was measured on one task, with the second measure, and how it compares."""
    second = results.mean(results.variants[0], task.name, task.second)
    also = f"{NAMES[task.second]} is {level(task.second, second.value)}."
    sentence = short_sentence(results, task)
    return f"{sentence[0].upper()}{sentence[1:]} {also[0].upper()}{also[1:]}"


def short_sentence(results: Results, task: AnsweredTask) -> str:
    """The headline measure with interval and n, and how the strongest simple method compares."""
    own = results.mean(results.variants[0], task.name, task.headline)
    value = f"{NAMES[task.headline]} {level(task.headline, own.value)} {task.unit}".rstrip()
    size = people(task.n_participants, task.n_trials)
    caution = f" Caution: {task.caution}" if task.caution else ""
    if task.n_participants < FEWEST_PARTICIPANTS:
        return f"{value} ({size}): too few participants, not estimable.{caution}"
    few = task.n_participants < FEW_PARTICIPANTS
    remarks = [
        f" Also beaten by {', '.join(ahead)}." if (ahead := also_ahead(results, task)) else "",
        _no_better_than_chance(results, task),
        " Fewer than 10 participants: the interval is too narrow." if few else "",
        caution,
    ]
    ends = bounds(task.headline, own.low, own.high)
    return f"{value} {ends} ({size}){_compared(results, task)}.{''.join(remarks)}"


def _compared(results: Results, task: AnsweredTask) -> str:
    """Who is ahead of whom and by how much."""
    other = results.strongest(task)
    row = results.lead(task, other)
    if row is None:
        return "; no simple method answers this question"
    own, theirs = (
        results.mean(name, task.name, task.headline).value for name in (results.variants[0], other)
    )
    against = f", against {level(task.headline, theirs)} of {other}"
    if not np.isfinite(row.low):
        return f"{against}; the difference is not estimable"
    write = partial(number, digits=decimals(own) if task.headline == "mae" else 2)
    by = f"{write(abs(row.difference))} {task.unit}".rstrip()
    if row.adjusted_verdict == "above":
        return f"{against}: better by {by} [{write(row.low)}, {write(row.high)}]"
    if row.adjusted_verdict == "below":
        return f"{against}: beaten by {by} [{write(-row.high)}, {write(-row.low)}]"
    way = "better" if row.difference > 0 else "worse"
    ends = f"from {write(row.low)} to {write(row.high)}"
    if row.verdict == row.adjusted_verdict:
        return f"{against}: {by} {way}, an interval {ends} that holds 0"
    why = f"adjusted for {row.n_comparisons} comparisons p is {number(row.adjusted_p, 3)}"
    return f"{against}: {by} {way}, an interval {ends}, but {why}"


def _no_better_than_chance(results: Results, task: AnsweredTask) -> str:
    """A warning where the answers are no better than those of what knows nothing of the movement."""
    row = results.lead(task, results.uninformed(task))
    words = {"below": "worse than", "not distinguishable": "not distinguishable from"}
    doubt = None if row is None else words.get(row.adjusted_verdict)
    return f" It is {doubt} chance ({row.other})." if doubt else ""
