"""What a section of the report is made of; `template.html` knows how to show each block."""

import io
import re
from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.figure
import numpy as np
import pandas as pd

from biomechgpt.evaluation.figures import BLUE, INK, ORANGE, PAPER, save

PX_PER_PT = 1.4
LEAST_SCALE = 0.6  # of its natural size; what does not fit then scrolls
ON_BLUE = "#fdfdfd"  # text on a dark patch
PAGE_BLUE, PAGE_ORANGE = "var(--blue)", "var(--orange)"
PAGE_COLOURS = {
    f"fill: {PAPER}": "fill: none",
    INK: "currentColor",
    ON_BLUE: "var(--paper)",
    BLUE: PAGE_BLUE,
    ORANGE: PAGE_ORANGE,
}

MINUS = "\u2212"
TONES = {
    "above": ("▲", "good"),
    "below": ("▼", "bad"),
    "not distinguishable": ("≈", "even"),
    "not estimable": ("–", "quiet"),
}


class Cell(NamedTuple):
    """A table cell: `text`, smaller text under it, a colour (never the only sign), a drawing."""

    text: str
    sub: str = ""
    tone: str = ""
    svg: str = ""


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

    A `long` one scrolls on the screen and is whole in print. `file` is the name of its CSV, which
    the page gives it.
    """

    caption: str
    head: Sequence[Cell | str]
    rows: Sequence[Sequence[Cell | str]]
    n_text: int = 1
    long: bool = False
    file: str = ""
    kind: str = "table"


class Figure(NamedTuple):
    """An SVG that this program drew, as markup, its caption, and in words what is seen on it."""

    svg: str
    caption: str
    alt: str
    kind: str = "figure"


class Row(NamedTuple):
    """Figures that stand side by side where the screen is wide enough."""

    figures: Sequence[Figure]
    kind: str = "row"


class Heading(NamedTuple):
    """A heading inside a section."""

    text: str
    kind: str = "heading"


class Code(NamedTuple):
    """Text as it is, in lines."""

    text: str
    kind: str = "code"


class Links(NamedTuple):
    """Paths of files beside the report."""

    items: Sequence[str]
    kind: str = "links"


class Section(NamedTuple):
    """A section; `name` is its anchor, `group` the heading it has in the navigation.

    The page gives it its `number`.
    """

    name: str
    title: str
    group: str
    blocks: Sequence[Text | Sentences | Table | Figure | Row | Heading | Links | Code]
    number: int = 0


def number(value: float | None, digits: int = 2) -> str:
    """A number with `digits` decimals; a dash where there is none."""
    return "–" if pd.isna(value) or not np.isfinite(value) else _minus(f"{value:.{digits}f}")


def short(value: float | None) -> str:
    """A number with three significant digits, never as a power; a dash where there is none."""
    return "–" if value is None or not np.isfinite(value) else number(value, decimals(value))


def decimals(value: float) -> int:
    """How many decimals show three significant digits of `value`."""
    digits = 2 - int(np.floor(np.log10(abs(value)))) if value else 2
    return min(max(digits, 0), 6)


def _minus(text: str) -> str:
    """The number with a true minus sign, and none before a zero."""
    is_zero = not any(digit in text for digit in "123456789")
    return text.lstrip("-") if is_zero else text.replace("-", MINUS)


def level(metric: str, value: float | None) -> str:
    """A measure as the report writes it: errors have a unit, the others lie between -1 and 1."""
    return short(value) if metric == "mae" else number(value)


def bounds(metric: str, low: float, high: float) -> str:
    """An interval in brackets; empty where there is none."""
    return f"[{level(metric, low)}, {level(metric, high)}]" if np.isfinite(low) else ""


def difference(metric: str, row) -> str:
    """A difference with its sign and interval (columns `difference`, `low`, `high` of `row`)."""
    ends = [end for end in (row.low, row.high) if np.isfinite(end)]
    largest = max(map(abs, (row.difference, *ends)))
    digits = decimals(largest) if metric == "mae" else 3
    sign = "+" if row.difference > 0 else ""
    text = f"{sign}{number(row.difference, digits)}"
    return f"{text} [{', '.join(number(end, digits) for end in ends)}]" if ends else text


def count(value: float | None) -> str:
    """A whole number; a dash where there is none."""
    return number(value, 0)


def percent(value: float, low: float = np.nan, high: float = np.nan) -> Cell:
    """A share as percent with its interval under it."""
    if not np.isfinite(value):
        return Cell("–")
    ends = f"[{100 * low:.0f}, {100 * high:.0f}]" if np.isfinite(low) else ""
    return Cell(f"{100 * value:.0f} %", ends)


def people(n_participants: float, n_trials: float) -> str:
    """The n of a figure, in words."""
    return f"{plural(n_participants, 'participant')}, {plural(n_trials, 'trial')}"


def plural(n: float, noun: str) -> str:
    """How many of what."""
    return f"{n:.0f} {noun}" + ("" if n == 1 else "s")


def verdict_cell(verdict: str, sub: str = "") -> Cell:
    """A verdict with its sign and colour."""
    sign, tone = TONES[verdict]
    return Cell(f"{sign} {verdict}", sub, tone)


def inline_svg(svg: str) -> str:
    """An SVG file's markup for use inside HTML: no prologue, its natural size as the largest one.

    Ink, paper and the two colours become the page's own, which a dark screen changes. Ids that
    nothing refers to are dropped: many drawings share one page.
    """
    body = svg[svg.index("<svg") :]
    width_px = float(re.search(r'\swidth="([\d.]+)pt"', body)[1]) * PX_PER_PT
    body = re.sub(r'\s(width|height)="[\d.]+pt"', "", body, count=2)
    body = body.replace("<svg", f'<svg style="{size_style(width_px)}"', 1)
    for colour, own in PAGE_COLOURS.items():
        body = body.replace(colour, own)
    used = set(re.findall(r"#([\w.-]+)", body))
    body = re.sub(r'\sid="([^"]*)"', lambda found: found[0] if found[1] in used else "", body)
    return re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)


def size_style(width_px: float) -> str:
    """A drawing shrinks with the screen as far as its text can be read."""
    return f"max-width: {width_px:.0f}px; min-width: {LEAST_SCALE * width_px:.0f}px"


def svg_of(figure: matplotlib.figure.Figure, name: str) -> str:
    """The markup of a drawing for use inside HTML; its ids carry a hash of `name`."""
    target = io.StringIO()
    save(figure, target, name)
    return inline_svg(target.getvalue())
