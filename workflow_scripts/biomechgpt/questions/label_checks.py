"""Check a user's labels when the tables are read: implausible numbers and misspelt conditions.

What is certainly wrong is an error with file, line and value; what may be intended is a remark.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from math import isnan
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.table_faults import RESERVED
from biomechgpt.cohort.tables import Cohort
from biomechgpt.errors import InputError
from biomechgpt.questions.number_hints import hint
from biomechgpt.questions.tasks import number_of, options_of
from biomechgpt.settings.tasks_section import Tasks, TaskSettings
from biomechgpt.spelling import ALIKE, nearest

MOST_SHOWN = 10


class LabelCell(NamedTuple):
    """A label and where it stands."""

    path: Path
    line: int
    column: str
    value: str

    @property
    def place(self) -> str:
        """File, line and column in words."""
        return f"{self.path}, line {self.line}, column {self.column!r}"


def check_labels(cohorts: list[Cohort], tasks: Tasks) -> None:
    """Check the labels of all tasks and the spelling of conditions.

    Labels of trials that `applies_to` of their task excludes are not checked.

    Args:
        cohorts: As `label_reading.read_as_meant` leaves them.
        tasks: The tasks of the config.

    Raises:
        InputError: A label is no option or no number, numbers lie outside `plausible` of their task,
            or conditions are misspelt.
    """
    faults = label_faults(cohorts, tasks)
    if faults:
        more = f"\n  and {len(faults) - MOST_SHOWN} more" if len(faults) > MOST_SHOWN else ""
        lines = "".join(f"\n  - {sentence}" for sentence in faults[:MOST_SHOWN])
        raise InputError(f"{len(faults)} label(s) cannot be right:{lines}{more}")


def label_faults(cohorts: Iterable[Cohort], tasks: Tasks) -> list[str]:
    """A sentence for each label that cannot be right, as `check_labels` says."""
    return [
        sentence
        for cohort in cohorts
        for sentence in (
            *_no_answers(cohort, tasks),
            *_implausible(cohort, tasks),
            *_misspelt(cohort, tasks),
        )
    ]


def contradictions(cohorts: list[Cohort], tasks: Tasks) -> list[str]:
    """A sentence for each label that contradicts another column by `contradicted_by` of its task."""
    return [sentence for cohort in cohorts for sentence in _contradictions(cohort, tasks)]


def _contradictions(cohort: Cohort, tasks: Tasks) -> Iterator[str]:
    for name, task in tasks.items():
        for column, values in task.contradicted_by.items():
            pairs = zip(_cells(cohort, task.label), _cells(cohort, column), strict=True)
            for label, other in dict.fromkeys(pairs):
                if label and other and other.value in values:
                    yield (
                        f"{label.place}: {label.value} contradicts {column} {other.value} of line "
                        f"{other.line} of {other.path.name} (tasks.{name}.contradicted_by); correct one"
                    )


def unused_names(cohorts: list[Cohort], tasks: Tasks, stratify_by: Iterable[str]) -> list[str]:
    """A sentence for each column of the config that no table has, and each condition met by nobody."""
    return [*_absent_columns(cohorts, tasks, stratify_by), *_met_by_nobody(cohorts, tasks)]


def check_vote_column(cohorts: list[Cohort], column: str | None) -> None:
    """Check that a table has the column `evaluate.vote_by`, which is read after all training.

    Raises:
        InputError: None has.
    """
    columns = _label_columns(cohorts)
    if column and column not in columns:
        near = nearest(column, sorted(columns), ALIKE) or "."
        raise InputError(f"evaluate.vote_by: no table has the column {column}{near}")


def _label_columns(cohorts: list[Cohort]) -> set[str]:
    return {column for c in cohorts for column in (*c.participants, *c.trials)} - RESERVED


def _no_answers(cohort: Cohort, tasks: Tasks) -> Iterator[str]:
    for name, task in tasks.items():
        options = (*options_of(task), *task.ignore)
        for cell in dict.fromkeys(_asked_cells(cohort, task)):
            if task.kind == "classification" and cell.value not in options:
                yield (
                    f"{cell.place}: {cell.value} is none of tasks.{name}.options"
                    f"{nearest(cell.value, options)}; correct it, or add it to tasks.{name}.options, or "
                    f"to tasks.{name}.ignore to leave it out"
                )
            if task.kind == "regression" and isnan(number_of(cell.value)):
                yield (
                    f"{cell.place}: {cell.value} is no number in {task.unit}"
                    f"{hint(cell.value, task.unit, *task.plausible)}; correct it, or write n/a where it was "
                    "not measured"
                )


def _implausible(cohort: Cohort, tasks: Tasks) -> Iterator[str]:
    for name, task in tasks.items():
        if task.kind != "regression":
            continue
        (low, high), unit = task.plausible, task.unit
        for cell in dict.fromkeys(_asked_cells(cohort, task)):
            number = number_of(cell.value)
            if number < low or number > high:
                yield (
                    f"{cell.place}: {cell.value} lies outside {low:g} to {high:g} {unit} "
                    f"(tasks.{name}.plausible){hint(cell.value, unit, low, high)}"
                )


def _asked_cells(cohort: Cohort, task: TaskSettings) -> list[LabelCell]:
    """The labels of the trials that no condition of `task` excludes."""
    cells = _cells(cohort, task.label)
    for column, values in (task.applies_to or {}).items():
        conditions = _cells(cohort, column)
        cells = [
            cell if condition is None or condition.value in values else None
            for cell, condition in zip(cells, conditions, strict=True)
        ]
    return [cell for cell in cells if cell]


def _misspelt(cohort: Cohort, tasks: Tasks) -> Iterator[str]:
    for name, column, values in _conditions(tasks):
        known = {*values, *_options_of(column, tasks)}
        for cell in dict.fromkeys(_cells(cohort, column)):
            if cell is None or cell.value in known:
                continue
            for meant in (value for value in values if _are_initials(cell.value, value)):
                yield (
                    f"{cell.place}: {cell.value} is not how tasks.{name}.applies_to writes "
                    f"{meant}; write {meant}, or name {cell.value} there"
                )


def _met_by_nobody(cohorts: list[Cohort], tasks: Tasks) -> Iterator[str]:
    for name, column, values in _conditions(tasks):
        labelled = any(cell for c in cohorts for cell in _cells(c, tasks[name].label))
        cells = [cell.value for cohort in cohorts for cell in _cells(cohort, column) if cell]
        if labelled and cells and not set(cells) & set(values):
            common = ", ".join(value for value, _ in Counter(cells).most_common(5))
            near = "".join(nearest(value, sorted(set(cells)), ALIKE) for value in values)
            yield (
                f"tasks.{name}.applies_to: nobody's {column} is {' or '.join(values)}, the tables "
                f"hold {common}{near or '.'} The task is left out."
            )


def _absent_columns(
    cohorts: list[Cohort], tasks: Tasks, stratify_by: Iterable[str]
) -> Iterator[str]:
    columns = _label_columns(cohorts)
    keys = {f"tasks.{name}.label": task.label for name, task in tasks.items()}
    keys |= {f"tasks.{name}.applies_to": column for name, column, _ in _conditions(tasks)}
    keys |= {
        f"tasks.{name}.contradicted_by": column
        for name, task in tasks.items()
        for column in task.contradicted_by
    }
    keys |= {f"split.stratify_by[{i}]": column for i, column in enumerate(stratify_by)}
    for key, column in keys.items():
        if column not in columns:
            near = nearest(column, sorted(columns), ALIKE) or "."
            yield f"{key}: no table has the column {column}{near}"


def _conditions(tasks: Tasks) -> list[tuple[str, str, list[str]]]:
    """Task, column and qualifying values of every condition."""
    return [
        (name, column, values)
        for name, task in tasks.items()
        for column, values in (task.applies_to or {}).items()
    ]


def _options_of(column: str, tasks: Tasks) -> set[str]:
    owners = [task for task in tasks.values() if task.label == column]
    return {value for task in owners for value in (*task.options, *task.ignore)}


def _are_initials(text: str, value: str) -> bool:
    words = [word for word in value.casefold().split() if word not in ("and", "of")]
    return len(words) > 1 and text.casefold() == "".join(word[0] for word in words)


def _cells(cohort: Cohort, column: str) -> list[LabelCell | None]:
    """The label of each trial in `column`, its own or else that of its participant."""
    own = _placed(cohort.trials, column, cohort.folder / "trials.tsv")
    people = cohort.participants
    cells = _placed(people, column, cohort.folder / "participants.tsv")
    of_person = dict(zip(people["participant_id"], cells, strict=True))
    inherited = map(of_person.get, cohort.trials["participant_id"])
    return [cell or other for cell, other in zip(own, inherited, strict=True)]


def _placed(table: pd.DataFrame, column: str, path: Path) -> list[LabelCell | None]:
    if column not in table:
        return [None] * len(table)
    return [
        None if value is None else LabelCell(path, line, column, value)
        for line, value in table[column].items()
    ]
