"""The two tables of a cohort folder, read strictly: no row shifts, and no id stands twice."""

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.errors import InputError
from biomechgpt.recordings.overrides import OVERRIDES, check_overrides

ID_MARKS = "._+=@ -"
ID_STARTS = "._"  # no id is a formula
ID_BYTES = 200  # an id becomes part of file names
RESERVED = {"cohort", "participant_id", "trial_id", "split_group", "file", *OVERRIDES}


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
        InputError: a table is missing or wrong; the message names file, line and column.
    """
    for entry in entries:
        if not entry.get("path"):
            raise InputError(f"cohorts: {entry.get('name')!r} has no path")
    names = [entry["name"] for entry in entries]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise InputError(f"cohorts: the name {sorted(doubled)[0]!r} is given twice")
    cohorts = [read_cohort(entry["name"], Path(entry["path"]), keep) for entry in entries]
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
        InputError: naming file, line and column, with what to do.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"cohort {name!r}: {folder} is no folder; check cohorts in config.yaml. A zip file of a session "
            f"becomes a cohort folder by: python workflow_scripts/import_session.py {str(folder)!r}"
        )
    people_file, trials_file = folder / "participants.tsv", folder / "trials.tsv"
    participants = read_tsv(people_file, ["participant_id"], keep)
    trials = read_tsv(trials_file, ["trial_id", "participant_id", "file"], keep)
    _check_ids(participants, "participant_id", people_file)
    _check_ids(trials, "trial_id", trials_file)
    _check_look_alikes(participants, people_file)
    _check_columns(participants, people_file, {"participant_id", "split_group"})
    _check_columns(trials, trials_file, {"trial_id", "participant_id", "file", *OVERRIDES})
    _check_references(trials, participants, trials_file)
    _check_files(trials, folder, trials_file)
    check_overrides(trials, trials_file)
    return Cohort(name, folder, participants, trials)


def _check_ids(table: pd.DataFrame, column: str, path: Path) -> None:
    first_line: dict[str, int] = {}
    for line, value in table[column].items():
        where = f"{path}, line {line}, column {column!r}"
        if value is None:
            raise InputError(f"{where}: the id is missing")
        if not _is_id(value):
            raise InputError(
                f"{where}: {value[:ID_BYTES]!r} may hold letters, digits, space and . _ + = @ - "
                f"only, {ID_BYTES} bytes at most, and must start with a letter, a digit, . or _"
            )
        if value in first_line:
            raise InputError(f"{where}: {value!r} stands in line {first_line[value]} already")
        first_line[value] = line


def _is_id(value: str) -> bool:
    if value in (".", "..") or len(value.encode()) > ID_BYTES:
        return False
    # Letters of any script, with the marks that some need behind them, and digits.
    letters = [unicodedata.category(sign)[0] in "LMN" for sign in value]
    allowed = all(letter or sign in ID_MARKS for letter, sign in zip(letters, value, strict=True))
    return allowed and (value[0] in ID_STARTS or unicodedata.category(value[0])[0] in "LN")


def _check_look_alikes(participants: pd.DataFrame, path: Path) -> None:
    """Two spellings of one person would leak from training into test."""
    seen: dict[str, tuple[int, str]] = {}
    for line, value in participants["participant_id"].items():
        key = _plain(value)
        if key in seen:
            other_line, other = seen[key]
            raise InputError(
                f"{path}, line {line}, column 'participant_id': {value!r} differs from {other!r} "
                f"(line {other_line}) only in capitals or leading zeros; give one person "
                "one id, and two people ids that cannot be confused"
            )
        seen[key] = (line, value)


def _plain(identifier: str) -> str:
    folded = unicodedata.normalize("NFKC", identifier).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", folded)


def _check_columns(table: pd.DataFrame, path: Path, allowed: set[str]) -> None:
    for column in table.columns:
        if column in RESERVED - allowed:
            raise InputError(
                f"{path}, line 1: column {column!r} has a meaning elsewhere; rename it"
            )


def _check_references(trials: pd.DataFrame, participants: pd.DataFrame, path: Path) -> None:
    known = set(participants["participant_id"])
    plain = {_plain(value): value for value in known}
    for line, value in trials["participant_id"].items():
        if value not in known:
            near = plain.get(_plain(value)) if value else None
            hint = f"; did you mean {near!r}?" if near else ""
            where = f"{path}, line {line}, column 'participant_id'"
            raise InputError(f"{where}: {value!r} is not in participants.tsv{hint}")


def _check_files(trials: pd.DataFrame, folder: Path, path: Path) -> None:
    root = os.path.realpath(folder)
    real_parents: dict[str, str] = {}  # to resolve each of many thousand paths whole takes long
    for line, value in trials["file"].items():
        where = f"{path}, line {line}, column 'file'"
        if value is None:
            raise InputError(f"{where}: the file name is missing")
        if value.startswith("/") or ".." in value.split("/"):
            raise InputError(f"{where}: {value!r} must be a path inside {folder}, relative to it")
        real = _real_path(value, folder, real_parents, where)
        if os.path.commonpath([root, real]) != root:
            raise InputError(
                f"{where}: {value!r} leads by a link to {real}, which lies outside {folder}; copy it "
                "into the folder, or make the folder that holds it the cohort's path"
            )


def _real_path(value: str, folder: Path, real_parents: dict[str, str], where: str) -> str:
    parent, name = os.path.split(value)
    try:
        if parent not in real_parents:
            real_parents[parent] = str(Path(folder, parent).resolve())
        file = os.path.join(real_parents[parent], name)
        return str(Path(file).resolve()) if os.path.islink(file) else file
    except (OSError, RuntimeError) as error:  # links in a circle
        raise InputError(f"{where}: {error}; name a file") from None


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
