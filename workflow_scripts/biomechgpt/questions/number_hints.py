"""What a number outside its plausible range may have been meant as."""

import math
import re
from collections.abc import Iterator

from biomechgpt.questions.tasks import number_of

MISSING_CODES = {0, -1, -9, 9, -99, 99, -999, 999, -9999, 9999}
THOUSANDS = re.compile(r"-?\d{1,3}([.,' ]\d{3})+")
DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
OTHER_UNITS = {  # by unit of the task, how many of another unit make one of it
    "m/s": {"cm/s": 100, "mm/s": 1000, "km/h": 3.6},
    "steps/min": {"steps/s": 1 / 60, "strides/min": 1 / 2},
    "s": {"ms": 1000, "min": 1 / 60},
    "m": {"cm": 100, "mm": 1000},
    "kg": {"g": 1000},
    "deg": {"rad": math.pi / 180},
}


def hint(text: str, unit: str, low: float, high: float) -> str:
    """Text such as `; looks like cm/s, write 0.62` about a cell outside `low` to `high` `unit`.

    Empty where nothing explains the cell. `text` may be no number at all.
    """
    guesses = [*_spellings(text), *_units(number_of(text), unit, low, high)]
    return f"; {', or '.join(guesses)}" if guesses else ""


def _spellings(text: str) -> Iterator[str]:
    if number_of(text) in MISSING_CODES:
        yield "looks like a code for a missing value, write n/a"
    if THOUSANDS.fullmatch(text):
        yield "looks like thousands set apart, write the digits alone"
    if DECIMAL_COMMA.fullmatch(text):
        yield f"looks like a decimal comma, write {text.replace(',', '.')}"


def _units(number: float, unit: str, low: float, high: float) -> Iterator[str]:
    for other, factor in OTHER_UNITS.get(unit, {}).items():
        if low <= number / factor <= high:
            yield f"looks like {other}, write {number / factor:.4g}"
