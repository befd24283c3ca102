"""What a misspelt word may have meant."""

import difflib
from collections.abc import Iterable

ALIKE = 0.75  # of difflib: diagnose and diagnosis are, tug_s and fsst_s are not


def nearest(word: object, allowed: Iterable[str], cutoff: float = 0.5) -> str:
    """`; did you mean X?` for the closest of `allowed`, or an empty string where none is close."""
    close = difflib.get_close_matches(str(word), list(allowed), n=1, cutoff=cutoff)
    return f"; did you mean {close[0]}?" if close else ""
