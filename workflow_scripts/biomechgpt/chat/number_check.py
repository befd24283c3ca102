"""Whether every number that a sentence names stands in what was measured or answered."""

import re
from collections.abc import Iterable

from biomechgpt.features.measured_quantity import MeasuredQuantity

NUMBER = re.compile(r"\d+(?:\.\d+)?")


def numbers_in(text: str) -> set[str]:
    """The numbers of a text as they are written, without their signs."""
    return set(NUMBER.findall(text))


def recorded_numbers(record: Iterable[MeasuredQuantity]) -> set[str]:
    """Every number of a measured record, as it is shown: values, spreads, strides, usual ranges."""
    numbers = set()
    for quantity in record:
        ends = () if quantity.usual is None else (quantity.usual.low, quantity.usual.high)
        shown = [value for value in (quantity.value, *ends) if value is not None]
        numbers |= {f"{abs(value):.{quantity.decimals}f}" for value in shown}
        if quantity.spread is not None:
            numbers.add(f"{quantity.spread:.{quantity.decimals + 1}f}")
        numbers.add(str(quantity.strides))
        group = "" if quantity.usual is None else quantity.usual.group
        numbers |= numbers_in(f"{quantity.name} {quantity.meaning} {group} {quantity.reason}")
    return numbers


def only_known(sentences: Iterable[str], known: set[str]) -> list[str]:
    """The sentences whose numbers are all `known`; any other is dropped."""
    return [sentence for sentence in sentences if numbers_in(sentence) <= known]
