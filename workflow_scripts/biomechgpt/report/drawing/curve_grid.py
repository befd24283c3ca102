"""Curves over time in a grid: a column a trial, a row a joint.

Written as SVG directly: a grid of a dozen panels takes Matplotlib most of a second, and a report
has one for each question.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator

from biomechgpt.report.drawing.svg import size_style

WIDTH, HEIGHT, GAP = 250, 84, 16  # of a panel, in pixels
LEFT, TOP, BOTTOM = 140, 66, 38
DOTS = "stroke-dasharray='1.5 2'"


class Curve(NamedTuple):
    """One line of a panel; NaN leaves a gap."""

    values: np.ndarray  # (T,)
    colour: str
    dotted: bool = False


class TrialColumn(NamedTuple):
    """A trial: two lines of title, its time, and the curves of each row."""

    title: tuple[str, str]
    time_s: np.ndarray  # (T,)
    panels: Sequence[Sequence[Curve]]


def curve_grid(columns: Sequence[TrialColumn], rows: Sequence[str], legend: Sequence[tuple]) -> str:
    """The drawing as SVG. `legend` is (name, colour, dotted) of each kind of line."""
    width = LEFT + len(columns) * (WIDTH + GAP)
    height = TOP + len(rows) * (HEIGHT + GAP) + BOTTOM - GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="{size_style(width)}" '
        'font-size="11" fill="currentColor">',
        _legend(legend),
    ]
    for i, label in enumerate(rows):
        low, high = _range([curve for column in columns for curve in column.panels[i]])
        top = TOP + i * (HEIGHT + GAP)
        parts.append(_row_labels(label, top, low, high))
        for j, column in enumerate(columns):
            parts.append(_panel(column, i, (LEFT + j * (WIDTH + GAP), top), (low, high)))
    bottom = TOP + len(rows) * (HEIGHT + GAP) - GAP
    parts += [
        _column_labels(column, LEFT + j * (WIDTH + GAP), bottom) for j, column in enumerate(columns)
    ]
    return "".join([*parts, "</svg>"])


def _legend(legend: Sequence[tuple]) -> str:
    parts = []
    for k, (name, colour, dotted) in enumerate(legend):
        x = LEFT + k * 150
        line = f"<line x1='{x}' x2='{x + 24}' y1='12' y2='12' style='stroke:{colour}' stroke-width='1.6' "
        parts.append(f"{line}{DOTS if dotted else ''}/>{_text(name, x + 30, 16)}")
    return "".join(parts)


def _text(text: str, x: float, y: float, anchor: str = "start") -> str:
    return f"<text x='{x:.0f}' y='{y:.0f}' text-anchor='{anchor}'>{escape(text)}</text>"


def _range(curves: Sequence[Curve]) -> tuple[float, float]:
    values = np.concatenate([curve.values for curve in curves])
    values = values[np.isfinite(values)]
    if not len(values):
        return -1.0, 1.0
    margin = max(0.05 * np.ptp(values), 0.5)
    return float(values.min() - margin), float(values.max() + margin)


def _row_labels(label: str, top: float, low: float, high: float) -> str:
    ticks = [t for t in MaxNLocator(3).tick_values(low, high) if low <= t <= high]
    marks = [_text(f"{t:.0f}", LEFT - 6, _place(t, low, high, top) + 4, "end") for t in ticks]
    return _text(label, 0, top + HEIGHT / 2 + 4) + "".join(marks)


def _place(value: float, low: float, high: float, top: float) -> float:
    return top + HEIGHT * (high - value) / (high - low)


def _panel(column: TrialColumn, row: int, corner: tuple, limits: tuple) -> str:
    left, top = corner
    low, high = limits
    frame = (
        f"<path d='M{left} {top}V{top + HEIGHT}H{left + WIDTH}' fill='none' stroke='currentColor' "
        "stroke-width='.7'/>"
    )
    x = left + WIDTH * column.time_s / max(column.time_s[-1], 1e-9)
    return frame + "".join(
        f"<path d='{_path(x, _place(curve.values, low, high, top))}' fill='none' "
        f"style='stroke:{curve.colour}' stroke-width='1.3' {DOTS if curve.dotted else ''}/>"
        for curve in column.panels[row]
        if np.isfinite(curve.values).any()
    )


def _path(x: np.ndarray, y: np.ndarray) -> str:
    """Points as a path that starts anew after a gap."""
    seen = np.isfinite(y)
    starts = seen & ~np.concatenate([[False], seen[:-1]])
    points = zip(x[seen], y[seen], starts[seen], strict=True)
    return "".join(f"{'M' if start else 'L'}{a:.1f} {b:.1f}" for a, b, start in points)


def _column_labels(column: TrialColumn, left: float, bottom: float) -> str:
    end_s = column.time_s[-1]
    ticks = [t for t in MaxNLocator(4, integer=True).tick_values(0, end_s) if 0 <= t <= end_s]
    marks = [_text(f"{t:.0f}", left + WIDTH * t / end_s, bottom + 14, "middle") for t in ticks]
    titles = [_text(line, left, 38 + 15 * k) for k, line in enumerate(column.title)]
    return "".join([*titles, *marks, _text("time (s)", left + WIDTH / 2, bottom + 30, "middle")])
