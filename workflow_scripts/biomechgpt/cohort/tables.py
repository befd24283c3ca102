"""The two tables of a cohort folder, read strictly: no row shifts, and no id stands twice."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.cohort.table_faults import REQUIRED, RESERVED, table_faults
from biomechgpt.errors import InputError, collected, stop_at


class Cohort(NamedTuple):
    """A cohort folder and its two tables.

    All cells are strings, missing ones None. The index of a table is the line in its file.
    """

    name: str
    folder: Path
    participants: pd.DataFrame
    trials: pd.DataFrame


def read_cohorts(
    entries: list[dict], keep: Callable[[str], bool] | None = None, with_prefix: bool = False
) -> list[Cohort]:
    """Read the cohorts of `config.yaml`; with more than one, ids become `{cohort}/{id}`.

    `keep` selects participants by their id as it stands in the table; the rows of the others are
    neither held in memory nor checked against those kept. `with_prefix`: a single cohort gets the
    prefix, too, as beside cohorts that are yet to be simulated.

    Raises:
        InputError: tables are missing or wrong; each fault names file, line and column.
    """
    for entry in entries:
        if not entry.get("path"):
            raise InputError(f"cohorts: {entry.get('name')!r} has no path")
    names = [entry["name"] for entry in entries]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise InputError(f"cohorts: the name {sorted(doubled)[0]!r} is given twice")
    cohorts, faults = [], []
    for entry in entries:
        with collected(faults):
            cohorts.append(read_cohort(entry["name"], Path(entry["path"]), keep))
    stop_at(faults)
    if len(cohorts) == 1 and not with_prefix:
        return cohorts
    return [_with_prefix(cohort) for cohort in cohorts]


def select_cohorts(cohorts: list[Cohort], entries: list[dict]) -> list[Cohort]:
    """Those of `cohorts` that have an entry of `config.yaml` among `entries`."""
    names = {entry["name"] for entry in entries}
    return [cohort for cohort in cohorts if cohort.name in names]


def _with_prefix(cohort: Cohort) -> Cohort:
    tables = []
    for table in (cohort.participants, cohort.trials):
        table = table.copy()
        for column in {"participant_id", "trial_id", "split_group"} & set(table.columns):
            cells = [None if v is None else f"{cohort.name}/{v}" for v in table[column]]
            table[column] = pd.Series(cells, index=table.index, dtype=object)
        tables.append(table)
    return Cohort(cohort.name, cohort.folder, *tables)


def read_cohort(
    name: str, folder: os.PathLike, keep: Callable[[str], bool] | None = None
) -> Cohort:
    """Read and check `participants.tsv` and `trials.tsv` of a cohort folder; `keep` as above.

    Raises:
        InputError: for each fault file, line and column, with what to do.
    """
    cohort = read_tables(name, folder, keep)
    stop_at(list(table_faults(cohort.participants, cohort.trials, cohort.folder)))
    return cohort


def read_tables(
    name: str, folder: os.PathLike, keep: Callable[[str], bool] | None = None
) -> Cohort:
    """Read the tables of a cohort folder as `read_cohort`, without a look at ids, names and paths in them.

    Raises:
        InputError: There is no folder, or a table has no such columns or rows of other lengths.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"cohort {name!r}: {folder} is no folder; check cohorts in config.yaml. A zip file of a session "
            f"becomes a cohort folder by: python workflow_scripts/import_session.py {str(folder)!r}"
        )
    tables, faults = {}, []
    for table, required in REQUIRED.items():
        with collected(faults):
            tables[table] = read_tsv(folder / f"{table}.tsv", required, keep)
    stop_at(faults)
    return Cohort(name, folder, **tables)


def trial_labels(cohorts: list[Cohort]) -> pd.DataFrame:
    """One row a trial: cohort, trial_id, participant_id, split_group, and all label columns.

    A trial's label overrides its participant's; where the trial's is missing, the participant's
    holds. A participant without a split_group is a group alone. Cells are strings or None.
    """
    tables = [_cohort_labels(cohort) for cohort in cohorts]
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    cells = {
        column: [cell for table in tables for cell in table.get(column, [None] * len(table))]
        for column in columns
    }
    return pd.DataFrame(cells, columns=columns, dtype=object)


def _cohort_labels(cohort: Cohort) -> pd.DataFrame:
    people, trials = cohort.participants.set_index("participant_id"), cohort.trials
    person = people.index.get_indexer(trials["participant_id"])  # (trials,) rows of `people`
    cells = {"cohort": [cohort.name] * len(trials)}
    cells |= {name: trials[name].tolist() for name in ("trial_id", "participant_id")}
    groups = people["split_group"].iloc[person] if "split_group" in people else [None] * len(trials)
    cells["split_group"] = [
        group or own for group, own in zip(groups, cells["participant_id"], strict=True)
    ]
    for column in dict.fromkeys([*people.columns, *trials.columns]):
        if column not in RESERVED:
            cells[column] = _overridden(people, trials, column, person)
    return pd.DataFrame(cells, dtype=object)


def _overridden(
    people: pd.DataFrame, trials: pd.DataFrame, column: str, person: np.ndarray
) -> list[str | None]:
    """Each trial's cell in `column`; where it is missing, that of the participant."""
    if column not in people:
        return trials[column].tolist()
    inherited = people[column].iloc[person].tolist()
    if column not in trials:
        return inherited
    return [
        of_person if own is None else own
        for own, of_person in zip(trials[column], inherited, strict=True)
    ]
