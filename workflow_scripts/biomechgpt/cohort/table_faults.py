"""What can be wrong in the tables of a cohort folder that could be read: ids, names, paths, overrides."""

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.recordings.overrides import OVERRIDES, override_faults

ID_MARKS = "._+=@ -"
ID_STARTS = "._"  # no id is a formula
ID_BYTES = 200  # an id becomes part of file names
REQUIRED = {  # columns of each table
    "participants": ["participant_id"],
    "trials": ["trial_id", "participant_id", "file"],
}
RESERVED = {"cohort", "participant_id", "trial_id", "split_group", "file", *OVERRIDES}


def table_faults(people: pd.DataFrame, trials: pd.DataFrame, folder: Path) -> Iterator[InputError]:
    """All that is wrong in the tables of a cohort folder, each with file, line, column and remedy.

    `people` and `trials` are as `read_tsv` gives them, with the columns of `REQUIRED`.
    """
    people_file, trials_file = folder / "participants.tsv", folder / "trials.tsv"
    yield from _wrong_ids(people, "participant_id", people_file)
    yield from _wrong_ids(trials, "trial_id", trials_file)
    yield from _look_alikes(people, people_file)
    yield from _wrong_columns(people, people_file, {"participant_id", "split_group"})
    yield from _wrong_columns(trials, trials_file, {*REQUIRED["trials"], *OVERRIDES})
    yield from _unknown_people(trials, people, trials_file)
    yield from _wrong_files(trials, folder, trials_file)
    yield from override_faults(trials, trials_file)


def _wrong_ids(table: pd.DataFrame, column: str, path: Path) -> Iterator[InputError]:
    first_line: dict[str, int] = {}
    for line, value in table[column].items():
        where = f"{path}, line {line}, column {column!r}"
        if value is None:
            yield InputError(f"{where}: the id is missing")
        elif not _is_id(value):
            yield InputError(
                f"{where}: {value[:ID_BYTES]!r} may hold letters, digits, space and . _ + = @ - "
                f"only, {ID_BYTES} bytes at most, and must start with a letter, a digit, . or _"
            )
        elif value in first_line:
            yield InputError(f"{where}: {value!r} stands in line {first_line[value]} already")
        first_line.setdefault(value, line)


def _is_id(value: str) -> bool:
    if value in (".", "..") or len(value.encode()) > ID_BYTES:
        return False
    # Letters of any script, with the marks that some need behind them, and digits.
    letters = [unicodedata.category(sign)[0] in "LMN" for sign in value]
    allowed = all(letter or sign in ID_MARKS for letter, sign in zip(letters, value, strict=True))
    return allowed and (value[0] in ID_STARTS or unicodedata.category(value[0])[0] in "LN")


def _look_alikes(participants: pd.DataFrame, path: Path) -> Iterator[InputError]:
    """Two spellings of one person, which would leak from training into test."""
    seen: dict[str, tuple[int, str]] = {}
    for line, value in participants["participant_id"].dropna().items():
        other_line, other = seen.setdefault(_plain(value), (line, value))
        if other != value:
            yield InputError(
                f"{path}, line {line}, column 'participant_id': {value!r} differs from {other!r} "
                f"(line {other_line}) only in capitals or leading zeros; give one person "
                "one id, and two people ids that cannot be confused"
            )


def _plain(identifier: str) -> str:
    folded = unicodedata.normalize("NFKC", identifier).casefold()
    return re.sub(r"(?<!\d)0+(?=\d)", "", folded)


def _wrong_columns(table: pd.DataFrame, path: Path, allowed: set[str]) -> Iterator[InputError]:
    for column in table.columns:
        if column in RESERVED - allowed:
            yield InputError(
                f"{path}, line 1: column {column!r} has a meaning elsewhere; rename it"
            )


def _unknown_people(
    trials: pd.DataFrame, participants: pd.DataFrame, path: Path
) -> Iterator[InputError]:
    known = set(participants["participant_id"].dropna())
    plain = {_plain(value): value for value in known}
    for line, value in trials["participant_id"].items():
        if value not in known:
            near = plain.get(_plain(value)) if value else None
            hint = f"; did you mean {near!r}?" if near else ""
            where = f"{path}, line {line}, column 'participant_id'"
            yield InputError(f"{where}: {value!r} is not in participants.tsv{hint}")


def _wrong_files(trials: pd.DataFrame, folder: Path, path: Path) -> Iterator[InputError]:
    root = os.path.realpath(folder)
    real_parents: dict[str, str] = {}  # to resolve each of many thousand paths whole takes long
    for line, value in trials["file"].items():
        where = f"{path}, line {line}, column 'file'"
        if value is None:
            yield InputError(f"{where}: the file name is missing")
        elif value.startswith("/") or ".." in value.split("/"):
            yield InputError(f"{where}: {value!r} must be a path inside {folder}, relative to it")
        else:
            try:
                real = _real_path(value, folder, real_parents)
            except (OSError, RuntimeError) as error:  # links in a circle
                yield InputError(f"{where}: {error}; name a file")
                continue
            if os.path.commonpath([root, real]) != root:
                yield InputError(
                    f"{where}: {value!r} leads by a link to {real}, which lies outside {folder}; copy it "
                    "into the folder, or make the folder that holds it the cohort's path"
                )


def _real_path(value: str, folder: Path, real_parents: dict[str, str]) -> str:
    parent, name = os.path.split(value)
    if parent not in real_parents:
        real_parents[parent] = str(Path(folder, parent).resolve())
    file = os.path.join(real_parents[parent], name)
    return str(Path(file).resolve()) if os.path.islink(file) else file
