"""Labels that are read otherwise than they are written, and the tables as they are read."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.tables import Cohort

TABLES = ("participants", "trials")


class CellMeaning(NamedTuple):
    """What a text in a column of a cohort's table means, where that is not what it says."""

    cohort: str
    table: str  # one of TABLES
    column: str
    text: str
    meaning: str | None  # None: a missing value


def with_meanings(cohort: Cohort, meanings: Iterable[CellMeaning]) -> Cohort:
    """The cohort with the cells that `meanings` is about read as it says; others stay as they are."""
    meaning_of: dict[tuple[str, str], dict] = defaultdict(dict)
    for name, table, column, text, meaning in meanings:
        if name == cohort.name:
            meaning_of[table, column][text] = meaning
    read = {table: {} for table, _ in meaning_of}
    for (table, column), of_text in meaning_of.items():
        cells = getattr(cohort, table)[column]
        meant = [of_text.get(cell, cell) for cell in cells]
        read[table][column] = pd.Series(meant, cells.index, dtype=object)
    return cohort._replace(
        **{table: getattr(cohort, table).assign(**columns) for table, columns in read.items()}
    )
