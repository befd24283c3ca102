"""Numbers, intervals, sizes and verdicts as the report writes them."""

import numpy as np
import pandas as pd

from biomechgpt.report.page.blocks import Cell

MINUS = "\u2212"
TONES = {
    "above": ("▲", "good"),
    "below": ("▼", "bad"),
    "not distinguishable": ("≈", "even"),
    "not estimable": ("–", "quiet"),
}


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
