"""The table of results in README, from the record of a run."""

import numpy as np

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.page.wording import level
from biomechgpt.report.quoted.roles import QuotedRun
from biomechgpt.report.results import NAMES

SEEN_FROM_OTHER = {"above": ", worse", "below": ", better"}


def results_table(run: QuotedRun) -> str:
    """A Markdown table, a row a question: the language model and whom it is compared with."""
    head = ["question", "measure", f"language model `{run.variant}`", "the paper's baseline"]
    head += ["strongest simple method", "chance", "participants, trials"]
    rows = [head, ["---"] * len(head), *(_cells(run, task) for task in run.tasks)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def _cells(run: QuotedRun, own) -> list[str]:
    task = run.settings.tasks[own.task]
    n_options = len(task.options)
    return [
        plain(own.task) + (f" ({n_options} classes)" if n_options > 2 else ""),
        NAMES[own.metric] + (f", {task.unit}" if task.unit else ""),
        f"{level(own.metric, own.value)} {_interval(own)}",
        _other(run.row(own.task, run.paper_baseline, own.metric)),
        _named(run.strongest(own.task, own.metric)),
        _named(run.chance(own.task, own.metric)),
        f"{own.n_participants}, {own.n_trials}",
    ]


def _interval(row) -> str:
    if not np.isfinite(row.low):
        return "(interval not estimable)"
    return f"({level(row.metric, row.low)} to {level(row.metric, row.high)})"


def _named(row) -> str:
    """As `_other`, with the method's name."""
    return _other(row) if row is None else f"`{row.model}` {_other(row)}"


def _other(row) -> str:
    """A figure, and whether the method is better or worse than the language model."""
    if row is None:
        return "–"
    return f"{level(row.metric, row.value)}{SEEN_FROM_OTHER.get(row.verdict, '')}"
