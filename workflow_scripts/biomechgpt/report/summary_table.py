"""The headline results as a small table for a terminal or a log."""

import io

from rich.console import Console
from rich.table import Table

from biomechgpt.report.page.wording import TONES, bounds, level
from biomechgpt.report.results import AnsweredTask, Results

WIDTH = 110  # a log has no width of its own
HEAD = ("", "95 % interval", "strongest simple method", "chance", "n", "trials")


def summary(results: Results, simulated: bool) -> str:
    """A table: question, language model with its interval, who it is compared with, n. Plain text."""
    variant = results.variants[0]
    tag = "simulated data, " if simulated else ""
    table = Table(title=f"Test participants ({tag}mean of the seeds)", title_justify="left")
    table.add_column("question")
    for name in HEAD:
        table.add_column(name or variant, justify="right", no_wrap=True)
    for task in results.tasks:
        table.add_row(*_row(results, variant, task))
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, markup=False)
    console.print(table)
    console.print("Macro F1 of classes, mean absolute error of numbers (those with a unit).")
    console.print("Chance: the better of shuffled labels and of the most frequent label or median.")
    console.print(f"▲ {variant} is above this model, ≈ not distinguishable from it, ▼ below it,")
    console.print("adjusted for the number of questions (Holm).")
    return text.getvalue()


def _row(results: Results, variant: str, task: AnsweredTask) -> list[str]:
    own, best = results.mean(variant, task.name, task.headline), results.strongest(task)
    return [
        task.title + (f" ({task.unit})" if task.unit else ""),
        level(task.headline, own.value),
        bounds(task.headline, own.low, own.high) or "not estimable",
        f"{best or ''} {_other(results, best, task)}".strip(),
        _other(results, results.uninformed(task), task),
        str(task.n_participants),
        str(task.n_trials),
    ]


def _other(results: Results, other: str | None, task: AnsweredTask) -> str:
    row, lead = results.mean(other, task.name, task.headline), results.lead(task, other)
    if row is None or lead is None:
        return "–"
    return f"{level(task.headline, row.value)} {TONES[lead.adjusted_verdict][0]}"
