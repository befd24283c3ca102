"""Figures of others on the same task, as the config names them, beside those of this run."""

from collections.abc import Iterator

import numpy as np

from biomechgpt.evaluation.metrics import LOWER_IS_BETTER
from biomechgpt.report.page.blocks import Cell
from biomechgpt.report.page.wording import bounds, number, people
from biomechgpt.report.results import NAMES, AnsweredTask, Results
from biomechgpt.settings.run_settings import RunSettings


def published_rows(results: Results, task: AnsweredTask, settings: RunSettings) -> Iterator[list]:
    """Figures of others on a task, as the config names them, beside our models in the same measure."""
    for figure in settings.tasks[task.name].published:
        metric = figure.metric
        rows = [
            results.mean(name, task.name, metric) for name in (*results.variants, *results.simple)
        ]
        rows = [row for row in rows if row is not None and np.isfinite(row.value)]
        own, others = rows[0], rows[1:]
        sign = -1 if metric in LOWER_IS_BETTER else 1
        best = max(others, key=lambda row: sign * row.value, default=None)
        strongest = f"\n{best.variant} {number(best.value)}" if best else ""
        yield [
            Cell(task.title, figure.source),
            f"{NAMES[metric]} {number(figure.value)}",
            Cell(
                f"{NAMES[metric]} {number(own.value)} {bounds(metric, own.low, own.high)}",
                people(own.n_participants, own.n_trials) + strongest,
            ),
            Cell("for comparison", place(figure.value, own)),
            figure.differs,
        ]


def place(theirs: float, own) -> str:
    """Where a figure of others lies beside the interval of our row `own`."""
    if not np.isfinite(own.low):
        return "no interval"
    if own.low <= theirs <= own.high:
        return "their figure lies inside our interval"
    return f"their figure lies {'above' if theirs > own.high else 'below'} our interval"
