"""Labels as people type them: what is certain is read as it is meant, all else stays as it is.

Certain are other capitals, spaces and hyphens of a word that the config names, words and digits for yes
and no, the spellings of a missing value, a number with its own unit behind, and decimal commas in
a column that has no other use of a comma.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.cell_meanings import TABLES, CellMeaning, with_meanings
from biomechgpt.cohort.tables import Cohort
from biomechgpt.questions.tasks import number_of
from biomechgpt.settings.question_settings import QuestionSettings

Tasks = Mapping[str, QuestionSettings]
YES = {"yes", "y", "true", "t", "1", "ja", "j", "oui", "si"}
NO = {"no", "n", "false", "f", "0", "nein", "non"}
MISSING = {"na", "n.a.", "n/a", "#n/a", "#na", "nan", "<na>", "null", "none", "-", "--", "–", "."}
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
THOUSANDS = re.compile(r"[+-]?\d{1,3},\d{3}")


class Column(NamedTuple):
    """What the config says of a column of labels: the words that it may hold, or the unit."""

    words: tuple[str, ...]
    unit: str | None  # None where a column holds words


def columns_of(tasks: Tasks) -> dict[str, Column]:
    """The columns that the tasks name as label or in `applies_to`, with what may stand there."""
    words: dict[str, list[str]] = {}
    units = {task.label: task.unit for task in tasks.values() if task.kind == "regression"}
    for task in tasks.values():
        words.setdefault(task.label, []).extend([*task.options, *task.ignore])
        for column, values in (task.applies_to or {}).items():
            words.setdefault(column, []).extend(values)
    return {
        column: Column(tuple(dict.fromkeys(of_column)), units.get(column))
        for column, of_column in words.items()
    }


def read_as_meant(cohort: Cohort, tasks: Tasks) -> Cohort:
    """The cohort with the labels that the tasks name read as they are meant."""
    return with_meanings(cohort, cell_meanings(cohort, tasks))


def readings(cohorts: Iterable[Cohort], tasks: Tasks) -> list[str]:
    """A sentence for each label that is read otherwise than it is written, with the number of cells."""
    sentences = []
    for cohort in cohorts:
        for _, table, column, text, meaning in cell_meanings(cohort, tasks):
            n_cells = (getattr(cohort, table)[column] == text).sum()
            place = f"{cohort.folder / table}.tsv, column {column!r}"
            sentences.append(f"{place}: {text} is read as {meaning or 'n/a'} ({n_cells} cell(s))")
    return sentences


def cell_meanings(cohort: Cohort, tasks: Tasks) -> list[CellMeaning]:
    """The labels of a cohort that are read otherwise than they are written."""
    differing = []
    for name in TABLES:
        table = getattr(cohort, name)
        for column, allowed in columns_of(tasks).items():
            if column in table:
                meant = meanings(table[column].dropna().unique(), allowed)
                pairs = ((text, meaning) for text, meaning in meant.items() if meaning != text)
                differing += [CellMeaning(cohort.name, name, column, *pair) for pair in pairs]
    return differing


def meanings(cells: Collection[str], column: Column) -> dict[str, str | None]:
    """What each cell of a column means; itself where that is not certain, None for a missing value."""
    if column.unit is None:
        return {cell: _word(cell, column.words) for cell in cells}
    commas = _has_decimal_commas(cells, column.unit)
    return {cell: _number(cell, column.unit, commas) for cell in cells}


def _word(text: str, words: Iterable[str]) -> str | None:
    if text in words:
        return text
    alike = [word for word in words if _letters(word) == _letters(text)]
    if len(alike) == 1:
        return alike[0]
    for word, spellings in (("yes", YES), ("no", NO)):
        if word in words and text.casefold() in spellings:
            return word
    return None if text.casefold() in MISSING else text


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _number(text: str, unit: str, commas: bool) -> str | None:
    if text.casefold() in MISSING:
        return None
    bare = _without_unit(text, unit)
    bare = bare.replace(",", ".") if commas else bare
    return text if pd.isna(number_of(bare)) else bare


def _without_unit(text: str, unit: str) -> str:
    return text[: -len(unit)].rstrip() if text.casefold().endswith(unit.casefold()) else text


def _has_decimal_commas(cells: Collection[str], unit: str) -> bool:
    """Whether the commas of a column can only be decimal ones.

    A column with points has other uses of a comma, and one whose every comma stands before three
    digits may mean thousands.
    """
    bare = [_without_unit(cell, unit) for cell in cells]
    commas = [cell for cell in bare if DECIMAL_COMMA.fullmatch(cell)]
    points = any("." in cell and not pd.isna(number_of(cell)) for cell in bare)
    return not points and any(not THOUSANDS.fullmatch(cell) for cell in commas)
