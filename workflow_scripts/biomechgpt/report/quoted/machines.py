"""How far the figures of a run move on another machine."""

import os
from collections.abc import Mapping

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.page.wording import level, plural
from biomechgpt.report.quoted.opponents import listed, opponents
from biomechgpt.report.quoted.record import Record
from biomechgpt.report.quoted.roles import QuotedRun, quoted_run


def machine_sentences(run: QuotedRun, others: Mapping[str, Record]) -> str:
    """How far the figures of the same settings move on other machines."""
    lines = [_other_machine(run, name, record) for name, record in others.items()]
    return "\n".join(lines) or "No run of the same settings on another machine is recorded."


def processor_sentence(path: os.PathLike) -> str:
    """How far figures of one version moved from processor to processor.

    `path` is a CSV file with `task`, `metric` and a column a processor, whose figures it holds.
    """
    table = pd.read_csv(path)
    figures = table.drop(columns=["task", "metric"])
    ranges = [
        f"{plain(task)} {level(metric, low)} to {level(metric, high)}"
        for task, metric, low, high in zip(
            table["task"], table["metric"], figures.min(axis=1), figures.max(axis=1), strict=True
        )
    ]
    return (
        f"Runs of an earlier version with the same settings on {figures.shape[1]} processors lay from "
        f"{listed(ranges)} (macro F1 of classes, mean absolute error of numbers)."
    )


def _other_machine(run: QuotedRun, name: str, record: Record) -> str:
    if record.run["config"] != run.record.run["config"]:
        raise InputError(
            f"docs/runs/{name} was made with other settings than the run that is quoted. Make it anew "
            "from a run with the same config, or delete the folder."
        )
    other = quoted_run(record)
    pairs = [(task, other.row(task.task, other.variant, task.metric)) for task in run.tasks]
    moved = [
        f"{plain(here.task)} {level(here.metric, there.value)} ({level(here.metric, here.value)})"
        for here, there in pairs
        if there is not None
    ]
    return (
        f"- On {plural(record.run['cores'], 'core')} of {record.run['processor']} the same run gave, in "
        f"brackets the figure quoted: {listed(moved)}. {_changed_verdicts(run, other)}"
    )


def _changed_verdicts(run: QuotedRun, other: QuotedRun) -> str:
    verdicts, others = (_verdicts(each) for each in (run, other))
    changed = [
        f"{plain(task)} against {opponent}"
        for (task, opponent), verdict in verdicts.items()
        if others.get((task, opponent)) != verdict
    ]
    return f"Verdicts that differ: {listed(changed)}." if changed else "No verdict differs."


def _verdicts(run: QuotedRun) -> dict[tuple[str, str], str]:
    """The verdict on each task against each opponent."""
    return {
        (row.task, words): row.verdict
        for words, rows in opponents(run).items()
        for row in rows
        if row is not None
    }
