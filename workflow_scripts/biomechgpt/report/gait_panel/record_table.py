"""The measured record as the rows of a table: right, left, what is usual, strides."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.normal_gait import WITHIN, UsualRange
from biomechgpt.report.page.wording import number

NOT_MEASURED = "–"


class RecordCell(NamedTuple):
    """A value with its spread, and how it lies to what is usual: `below`, `above` or nothing."""

    text: str
    spread: str = ""
    lies: str = ""


class RecordRow(NamedTuple):
    """A quantity; `cells` are right and left, or one for both."""

    name: str
    meaning: str
    cells: Sequence[RecordCell]
    usual: str
    strides: str
    reason: str


def rows_of(record: Sequence[MeasuredQuantity]) -> list[RecordRow]:
    """A row a quantity, its sides together."""
    by_key = groupby(record, key=lambda quantity: quantity.key)
    return [_row(list(sides)) for _, sides in by_key]


def _row(sides: Sequence[MeasuredQuantity]) -> RecordRow:
    first = sides[0]
    unit = f" ({first.unit})" if first.unit else ""
    counts = list(dict.fromkeys(str(quantity.strides) for quantity in sides))
    return RecordRow(
        first.name[0].upper() + first.name[1:] + unit,
        first.meaning,
        [_cell(quantity) for quantity in sides],
        _usual(first.usual, first.decimals),
        " / ".join(counts),
        "; ".join(dict.fromkeys(filter(None, (quantity.reason for quantity in sides)))),
    )


def _cell(quantity: MeasuredQuantity) -> RecordCell:
    if quantity.value is None:
        return RecordCell(NOT_MEASURED)
    spread = "" if quantity.spread is None else f"± {number(quantity.spread, quantity.decimals)}"
    lies = "" if quantity.direction == WITHIN else quantity.direction
    return RecordCell(number(quantity.value, quantity.decimals), spread, lies)


def _usual(usual: UsualRange | None, decimals: int) -> str:
    if usual is None:
        return NOT_MEASURED
    low, high = (None if end is None else number(end, decimals) for end in (usual.low, usual.high))
    if low is None:
        return f"up to {high}"
    return f"from {low}" if high is None else f"{low} to {high}"


def sources_of(record: Sequence[MeasuredQuantity]) -> list[tuple[str, str, str]]:
    """Names of quantities, and the group and source of their usual ranges."""
    names: dict[tuple[str, str], dict[str, None]] = {}
    for quantity in record:
        if quantity.usual is not None:
            place = (quantity.usual.group, quantity.usual.source)
            names.setdefault(place, {})[quantity.name] = None
    return [(", ".join(listed), *place) for place, listed in names.items()]
