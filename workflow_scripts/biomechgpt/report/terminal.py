"""What was found, as a small table for a terminal or a log."""

import io

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import TONES, level
from biomechgpt.report.results import NAMES, PRIMARY, Results

WIDTH = 110  # a log has no width of its own


def summary(results: Results, simulated: bool) -> str:
    """A table: question, language model with its interval, baselines, verdicts, n. Plain text."""
    variant = results.variants[0]
    tag = "simulated data, " if simulated else ""
    table = Table(title=f"Test participants ({tag}mean of the seeds)", title_justify="left")
    for name in (
        "question",
        "measure",
        variant,
        "95 % interval",
        *results.baselines,
        "n",
        "trials",
    ):
        text = name in ("question", "measure")
        table.add_column(name, justify="left" if text else "right", no_wrap=True)
    for task in results.tasks.itertuples():
        table.add_row(*_row(results, variant, task))
    text = io.StringIO()
    console = Console(file=text, width=WIDTH, color_system=None, markup=False)
    console.print(table)
    console.print(f"▲ {variant} is above this model, ≈ not distinguishable from it, ▼ below it.")
    return text.getvalue()


def _row(results: Results, variant: str, task) -> list[str]:
    metric = PRIMARY[task.kind]
    mine = results.mean(variant, task.task, metric)
    low, high = mine["low"], mine["high"]
    bounds = (
        f"{level(metric, low)} to {level(metric, high)}" if np.isfinite(low) else "not estimable"
    )
    return [
        plain(task.task),
        NAMES[metric],
        level(metric, mine["value"]),
        bounds,
        *(_other(results, variant, other, task.task, metric) for other in results.baselines),
        str(task.n_participants),
        str(task.n_trials),
    ]


def _other(results: Results, variant: str, other: str, task: str, metric: str) -> str:
    value: pd.Series | None = results.mean(other, task, metric)
    difference = results.difference(variant, other, task, metric)
    if value is None or difference is None:
        return "–"
    return f"{level(metric, value['value'])} {TONES[difference['verdict']][0]}"
