"""Evidence that a text states: which quantity of which side has which value, and where that lies."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.normal_gait import ABOVE, BELOW, WITHIN

BREAKS = re.compile(r"\n|;| \| ")
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(°|degrees\b|deg\b|m/s\b|steps/min\b|%|m\b|s\b)?")
UNITS = {"degrees": "°", "deg": "°"}
SIDE = re.compile(r"\b(right|left)\b")
DIRECTIONS = {
    BELOW: re.compile(r"\b(below|reduced|decreased|too low)\b"),
    ABOVE: re.compile(r"\b(above|increased|too high)\b"),
    WITHIN: re.compile(r"\b(within|normal)\b"),
}


class StatedLine(NamedTuple):
    """What a line of a text says of a quantity; what it leaves open is empty."""

    text: str
    quantity: str  # key
    side: str
    value: float
    unit: str
    direction: str


class StatedText(NamedTuple):
    """The lines of a text that name a quantity and its value, and those with a number that do not."""

    lines: list[StatedLine]
    unread: list[str]


def read_stated(text: str, record: Sequence[MeasuredQuantity]) -> StatedText:
    """Read the evidence of a text, a statement a line, or divided by semicolons or ` | `.

    `record` holds the quantities that can be named, by their names.
    """
    keys = {quantity.name.lower(): quantity.key for quantity in record}
    sided = {quantity.key for quantity in record if quantity.side}
    lines, unread = [], []
    for part in map(str.strip, BREAKS.split(text)):
        line = _read_line(part, keys, sided)
        if line:
            lines.append(line)
        elif re.search(r"\d", part):
            unread.append(part)
    return StatedText(lines, unread)


def _read_line(text: str, keys: dict[str, str], sided: set[str]) -> StatedLine | None:
    """The statement of a line; None without a quantity, its value, or the side of what has one."""
    lower = text.lower()
    names = [name for name in keys if re.search(rf"\b{re.escape(name)}\b", lower)]
    if not names:
        return None
    name = max(names, key=len)
    before, _, behind = lower.partition(name)
    number, side = NUMBER.search(behind), SIDE.search(before)
    if number is None or (keys[name] in sided) != (side is not None):
        return None
    directions = [word for word, sign in DIRECTIONS.items() if sign.search(behind)]
    return StatedLine(
        text,
        keys[name],
        side[1] if side else "",
        float(number[1]),
        UNITS.get(number[2], number[2] or ""),
        directions[0] if len(directions) == 1 else "",
    )
