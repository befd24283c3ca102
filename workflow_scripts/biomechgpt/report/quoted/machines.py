"""How far the figures of a run move on another machine."""

from collections.abc import Mapping

from biomechgpt.errors import InputError
from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import level, plural
from biomechgpt.report.quoted.opponents import listed, opponents
from biomechgpt.report.quoted.record import Record
from biomechgpt.report.quoted.roles import QuotedRun, quoted_run


def machine_sentences(run: QuotedRun, others: Mapping[str, Record]) -> str:
    """How far the figures of the same settings move on other machines."""
    lines = [_other_machine(run, name, record) for name, record in others.items()]
    return "\n".join(lines) or "No run of the same settings on another machine is recorded."


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
