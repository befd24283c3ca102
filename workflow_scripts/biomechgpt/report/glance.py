"""Results at a glance: every task with its n, its interval and the strongest simple method."""

from functools import partial

import numpy as np

from biomechgpt.evaluation.figures import plain
from biomechgpt.evaluation.intervals import FEW_PARTICIPANTS, FEWEST_PARTICIPANTS
from biomechgpt.report.blocks import (
    Cell,
    Heading,
    Sentences,
    Table,
    Text,
    bounds,
    decimals,
    difference,
    level,
    number,
    people,
    verdict_cell,
)
from biomechgpt.report.glance_figure import glance_figures
from biomechgpt.report.results import NAMES, PRIMARY, SECONDARY, Results

GROUPS = {
    "below": "Where a simple method beats the language model",
    "not distinguishable": "Where no difference can be told",
    "above": "Where the language model beats the strongest simple method",
    "not estimable": "Where nothing can be compared",
}
TALLY = {
    "above": "beats it on {}",
    "below": "is beaten by it on {}",
    "not distinguishable": "cannot be told from it on {}",
    "not estimable": "cannot be compared with it on {}",
}


def glance(results: Results) -> list:
    """Who is ahead on which question and by how much: in a sentence, drawn, and as a table."""
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
    rows = [_row(results, task) for task in results.tasks.itertuples()]
    return [
        Text(overall_sentence(results)),
        *glance_figures(results),
        *_grouped_sentences(results),
        Table(caption, head, rows, n_text=2),
    ]


def _grouped_sentences(results: Results) -> list:
    """A sentence a task, those first where a simple method is ahead."""
    tasks = list(results.tasks.itertuples())
    verdicts = [_verdict_on(results, task) for task in tasks]
    blocks: list = []
    for verdict_name, title in GROUPS.items():
        items = [
            (plain(task.task), short_sentence(results, task))
            for task, found in zip(tasks, verdicts, strict=True)
            if found == verdict_name
        ]
        if items:
            blocks += [Heading(f"{title} ({len(items)} of {len(tasks)})"), Sentences(items)]
    return blocks


def _verdict_on(results: Results, task) -> str:
    row = _against_strongest(results, task)
    if _also_ahead(results, task):
        return "below"
    if row is None:
        return "not estimable"
    return row.adjusted_verdict


def _also_ahead(results: Results, task) -> list[str]:
    """The simple methods that beat the language model, beside the strongest one."""
    metric, best = PRIMARY[task.kind], results.strongest(task.task, task.kind)
    found = {
        n: results.difference(results.variants[0], n, task.task, metric) for n in results.simple
    }
    return [
        n
        for n, row in found.items()
        if n != best and row is not None and row.adjusted_verdict == "below"
    ]


def _against_strongest(results: Results, task) -> tuple | None:
    other = results.strongest(task.task, task.kind)
    return results.difference(results.variants[0], other, task.task, PRIMARY[task.kind])


def _against_chance(results: Results, task) -> tuple | None:
    other = results.uninformed(task.task, task.kind)
    return results.difference(results.variants[0], other, task.task, PRIMARY[task.kind])


def _row(results: Results, task) -> list:
    metric, variant = PRIMARY[task.kind], results.variants[0]
    unit = results.units.get(task.task, "")
    other = results.strongest(task.task, task.kind)
    theirs = estimate(metric, results.mean(other, task.task, metric))
    size = people(task.n_participants, task.n_trials).replace(", ", "\n")
    chance = _against_chance(results, task)
    against_chance = verdict(chance)
    if chance is not None:
        against_chance = against_chance._replace(sub=f"{chance.other}\n{against_chance.sub}")
    return [
        Cell(plain(task.task), size),
        Cell(NAMES[metric], unit),
        estimate(metric, results.mean(variant, task.task, metric)),
        theirs._replace(sub=f"{other}\n{theirs.sub}") if other else theirs,
        verdict(_against_strongest(results, task)),
        against_chance,
    ]


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
    lines = [difference(row.metric, row)]
    if row.verdict != row.adjusted_verdict:
        lines.append(f"{row.verdict} before adjustment")
    return verdict_cell(row.adjusted_verdict, "\n".join(lines))


def overall_sentence(results: Results) -> str:
    """On how many tasks the first variant is above, level with or below the strongest of each."""
    tasks = results.tasks
    compared = [t for t in tasks.itertuples() if _against_strongest(results, t) is not None]
    verdicts = [_verdict_on(results, task) for task in compared]
    text = f"{results.variants[0]} answers {len(tasks)} kinds of question about movement."
    if not verdicts:
        return f"{text} There is no simple method to compare with."
    parts = [w.format(verdicts.count(v)) for v, w in TALLY.items() if v in verdicts]
    joined = " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)
    return f"{text} Against the strongest simple method of each question it {joined}."


def task_sentence(results: Results, task) -> str:
    """What was measured on one task, with the second measure, and how it compares."""
    second = results.mean(results.variants[0], task.task, SECONDARY[task.kind])
    also = f"{NAMES[second.metric]} is {level(second.metric, second.value)}."
    said = short_sentence(results, task)
    return f"{said[0].upper()}{said[1:]} {also[0].upper()}{also[1:]}"


def short_sentence(results: Results, task) -> str:
    """The headline measure with interval and n, and how the strongest simple method compares."""
    metric, unit = PRIMARY[task.kind], results.units.get(task.task, "")
    own = results.mean(results.variants[0], task.task, metric)
    value = f"{NAMES[metric]} {level(metric, own.value)} {unit}".rstrip()
    size = people(task.n_participants, task.n_trials)
    caution = results.cautions.get(task.task, "")
    caution = f" Caution: {caution}" if caution else ""
    if task.n_participants < FEWEST_PARTICIPANTS:
        return f"{value} ({size}): too few participants, not estimable.{caution}"
    few = " Fewer than 10 participants: the interval is too narrow."
    few = few if task.n_participants < FEW_PARTICIPANTS else ""
    compared = _in_words(results, task, unit)
    doubt = _no_better_than_chance(results, task)
    ends = bounds(metric, own.low, own.high)
    also = ", ".join(_also_ahead(results, task))
    also = f" Also beaten by {also}." if also else ""
    return f"{value} {ends} ({size}){compared}.{also}{doubt}{few}{caution}"


def _in_words(results: Results, task, unit: str) -> str:
    """Who is ahead of whom and by how much."""
    metric, row = PRIMARY[task.kind], _against_strongest(results, task)
    if row is None:
        return "; no simple method answers this question"
    other = results.strongest(task.task, task.kind)
    against = f", against {level(metric, results.mean(other, task.task, metric).value)} of {other}"
    own = results.mean(results.variants[0], task.task, metric)
    write = partial(number, digits=decimals(own.value) if metric == "mae" else 2)
    by = f"{write(abs(row.difference))} {unit}".rstrip()
    if not np.isfinite(row.low):
        return f"{against}; the difference is not estimable"
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


def _no_better_than_chance(results: Results, task) -> str:
    """A warning where the answers are no better than those of what knows nothing of the movement."""
    row = _against_chance(results, task)
    words = {"below": "worse than", "not distinguishable": "not distinguishable from"}
    doubt = None if row is None else words.get(row.adjusted_verdict)
    return f" It is {doubt} chance ({row.other})." if doubt else ""
