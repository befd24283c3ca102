"""A value and its interval as a small drawing inside a table cell."""

import numpy as np

from biomechgpt.report.drawing.svg import PAGE_BLUE

WIDTH, MIDDLE, MARGIN = 128, 9, 6


def bar(row, limits: tuple[float, float], colour: str) -> str:
    """`row` has value, low and high, `limits` are common to a table. Its numbers stand beside it."""
    if not np.isfinite(row.value):
        return ""
    x = _place(row.value, limits)
    mark = f"<rect x='{x - 4}' y='{MIDDLE - 4}' width='8' height='8'/>"
    if colour == PAGE_BLUE:  # another shape too: colour is never the only sign
        mark = f"<circle cx='{x}' cy='{MIDDLE}' r='4.5'/>"
    line = ""
    if np.isfinite(row.low):
        ends = f"x1='{_place(row.low, limits)}' x2='{_place(row.high, limits)}'"
        line = (
            f"<line {ends} y1='{MIDDLE}' y2='{MIDDLE}' style='stroke:{colour}' stroke-width='2'/>"
        )
    return (
        f"<svg class='bar' viewBox='0 0 {WIDTH} {2 * MIDDLE}' style='fill:{colour}' "
        f"aria-hidden='true'>{line}{mark}</svg>"
    )


def _place(value: float, limits: tuple[float, float]) -> int:
    low, high = limits
    share = (value - low) / (high - low) if high > low else 0.5
    return round(MARGIN + share * (WIDTH - 2 * MARGIN))
