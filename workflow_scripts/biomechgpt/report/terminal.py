"""What was found, as a small table for a terminal or a log."""

import io

from rich.console import Console
from rich.table import Table

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import TONES, bounds, level
from biomechgpt.report.results import PRIMARY, Results

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
    for task in results.tasks.itertuples():
        table.add_row(*_row(results, variant, task))
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, markup=False)
    console.print(table)
    console.print("Macro F1 of classes, mean absolute error of numbers (those with a unit).")
    console.print("Chance: the better of shuffled labels and of the most frequent label or median.")
    console.print(f"▲ {variant} is above this model, ≈ not distinguishable from it, ▼ below it,")
    console.print("adjusted for the number of questions (Holm).")
    return text.getvalue()


def _row(results: Results, variant: str, task) -> list[str]:
    metric, unit = PRIMARY[task.kind], results.units.get(task.task, "")
    own = results.mean(variant, task.task, metric)
    best = results.strongest(task.task, task.kind)
    return [
        plain(task.task) + (f" ({unit})" if unit else ""),
        level(metric, own.value),
        bounds(metric, own.low, own.high) or "not estimable",
        f"{best or ''} {_other(results, best, task.task, metric)}".strip(),
        _other(results, results.uninformed(task.task, task.kind), task.task, metric),
        str(task.n_participants),
        str(task.n_trials),
    ]


def _other(results: Results, other: str | None, task: str, metric: str) -> str:
    row = results.mean(other, task, metric)
    difference = results.difference(results.variants[0], other, task, metric)
    if row is None or difference is None:
        return "–"
    return f"{level(metric, row.value)} {TONES[difference.adjusted_verdict][0]}"
