"""What a section of the report is made of; `template.html` knows how to show each block."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.evaluation.figures import INK, PAPER

TONES = {
    "above": ("▲", "good"),
    "below": ("▼", "bad"),
    "not distinguishable": ("≈", "even"),
    "not estimable": ("–", "quiet"),
}


class Cell(NamedTuple):
    """A table cell: `text`, smaller text under it, and a colour (never the only sign)."""

    text: str
    sub: str = ""
    tone: str = ""


class Text(NamedTuple):
    """A paragraph; `tone` is `quiet` for what is left out and why."""

    text: str
    tone: str = ""
    kind: str = "text"


class Sentences(NamedTuple):
    """A list of (name, sentence)."""

    items: Sequence[tuple[str, str]]
    kind: str = "sentences"


class Table(NamedTuple):
    """A table with a caption; the first `n_text` columns are text, the others numbers.

    A `long` one scrolls on the screen and is whole in print.
    """

    caption: str
    head: Sequence[Cell | str]
    rows: Sequence[Sequence[Cell | str]]
    n_text: int = 1
    long: bool = False
    kind: str = "table"


class Figure(NamedTuple):
    """An SVG that this program drew, as markup, and its caption."""

    svg: str
    caption: str
    kind: str = "figure"


class Code(NamedTuple):
    """Text as it is, in lines."""

    text: str
    kind: str = "code"


class Section(NamedTuple):
    """A numbered section; `name` is its anchor."""

    name: str
    title: str
    blocks: Sequence[Text | Sentences | Table | Figure | Code]


def number(value: float | None, digits: int = 2) -> str:
    """A number with `digits` decimals; a dash where there is none."""
    return "–" if value is None or not np.isfinite(value) else f"{value:.{digits}f}"


def short(value: float | None) -> str:
    """A number with three significant digits, never as a power; a dash where there is none."""
    if value is None or not np.isfinite(value):
        return "–"
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 2
    return f"{value:.{min(max(digits, 0), 6)}f}"


def level(metric: str, value: float | None) -> str:
    """A measure as the report writes it: errors have a unit, the others lie between -1 and 1."""
    return short(value) if metric == "mae" else number(value)


def bounds(metric: str, low: float, high: float) -> str:
    """An interval in brackets; empty where there is none."""
    return f"[{level(metric, low)}, {level(metric, high)}]" if np.isfinite(low) else ""


def difference(metric: str, row) -> str:
    """A difference with its sign and interval (columns `difference`, `low`, `high` of `row`)."""
    write = short if metric == "mae" else lambda value: number(value, 3)
    sign = "+" if row.difference > 0 else ""
    ends = f" [{write(row.low)}, {write(row.high)}]" if np.isfinite(row.low) else ""
    return f"{sign}{write(row.difference)}{ends}"


def count(value: float | None) -> str:
    """A whole number; a dash where there is none."""
    return number(value, 0)


def people(n_participants: float, n_trials: float) -> str:
    """The n of a figure, in words."""
    return f"{_plural(n_participants, 'participant')}, {_plural(n_trials, 'trial')}"


def _plural(n: float, noun: str) -> str:
    return f"{n:.0f} {noun}" + ("" if n == 1 else "s")


def verdict_cell(verdict: str, sub: str = "") -> Cell:
    """A verdict with its sign and colour."""
    sign, tone = TONES[verdict]
    return Cell(f"{sign} {verdict}", sub, tone)


def inline_svg(svg: str) -> str:
    """An SVG file's markup for use inside HTML: no prologue, the page's own ink and paper."""
    body = svg[svg.index("<svg") :]
    body = body.replace(f"fill: {PAPER}", "fill: none").replace(INK, "currentColor")
    return re.sub(r'\s(width|height)="[\d.]+pt"', "", body, count=2)
