"""Tables that a spreadsheet opens without running anything that stands in a cell."""

import re

import pandas as pd

# What a program takes for a formula, full-width forms too. A plain negative number is what it says.
_START = r"\s*(?:[=+@\uff1d\uff0b\uff0d\uff20]|-(?!\d+(?:\.\d+)?\s*(?:[;\t\r\n|]|$)))"
_AT_START = re.compile(rf"[\t\r\n]|{_START}")
# A program need not end cells where this one does.
_WITHIN = re.compile(rf"([;|\t\r\n])(?={_START})")


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """The table with a quote before whatever a spreadsheet would take for a formula."""
    safe = table.copy()
    safe.columns = [harmless_cell(name) for name in safe.columns]
    for position, kind in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(position, safe.iloc[:, position].map(harmless_cell))
    return safe


def harmless_cell(cell: object) -> object:
    """A cell with a quote before whatever a spreadsheet would take for a formula."""
    if not isinstance(cell, str):
        return cell
    inner = _WITHIN.sub(r"\1'", cell)
    return f"'{inner}" if _AT_START.match(cell) else inner
