"""Parse a free-text answer as an option or as a number."""

import re
from collections.abc import Sequence

NUMBER = r"([+-]?[0-9]{1,9}(?:\.[0-9]{1,9})?)"


def normalised(text: str) -> str:
    """Lower case, single spaces, no final punctuation."""
    return " ".join(text.casefold().split()).rstrip(".,;:!? ")


def parse_option(answer: str, options: Sequence[str]) -> str | None:
    """The option that `answer` states and nothing else, or None."""
    text = normalised(answer)
    return next((option for option in options if normalised(option) == text), None)


def parse_number(answer: str, unit: str) -> float:
    """The number that `answer` states, with `unit` or without a unit; NaN for anything else."""
    text = normalised(answer)
    match = re.fullmatch(rf"{NUMBER}(?: ?{re.escape(normalised(unit))})?", text)
    return float(match.group(1)) if match else float("nan")
