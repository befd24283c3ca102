"""The two tables of a cohort folder, read strictly: a row never shifts, an id never doubles."""

import os
import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.errors import InputError

RATES_HZ = (1.0, 100_000.0)  # slower is no movement, and would become frames without end
ID_PATTERN = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._+=@ -]*")  # no id is a formula
ID_LENGTH = 200
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
OVERRIDES = ("frame_rate_hz", "angle_unit", "coordinate_map")
RESERVED = {"cohort", "participant_id", "trial_id", "split_group", "file", *OVERRIDES}
MISSING = ("", "n/a")


class Cohort(NamedTuple):
    """One cohort folder: its name, where it lies, and its tables.

    All cells are strings, missing ones None. The index of a table is the line in its file.
    """

    name: str
    folder: Path
    participants: pd.DataFrame
    trials: pd.DataFrame


def read_cohorts(entries: list[dict]) -> list[Cohort]:
    """Read the cohorts of `config.yaml`; with more than one, ids become `{cohort}/{id}`.

    Raises:
        InputError: a table is missing or wrong; the message names file, line and column.
    """
    for entry in entries:
        if not entry.get("path"):
            raise InputError(f"cohorts: {entry.get('name')!r} has no path")
    names = [entry["name"] for entry in entries]
    if doubled := {name for name in names if names.count(name) > 1}:
        raise InputError(f"cohorts: the name {sorted(doubled)[0]!r} is given twice")
    cohorts = [read_cohort(entry["name"], Path(entry["path"])) for entry in entries]
    return cohorts if len(cohorts) == 1 else [_with_prefix(cohort) for cohort in cohorts]


def _with_prefix(cohort: Cohort) -> Cohort:
    tables = []
    for table in (cohort.participants, cohort.trials):
        table = table.copy()
        for column in {"participant_id", "trial_id", "split_group"} & set(table.columns):
            cells = [None if v is None else f"{cohort.name}/{v}" for v in table[column]]
            table[column] = pd.Series(cells, index=table.index, dtype=object)
        tables.append(table)
    return Cohort(cohort.name, cohort.folder, *tables)


def read_cohort(name: str, folder: os.PathLike) -> Cohort:
    """Read and check `participants.tsv` and `trials.tsv` of a cohort folder.

    Raises:
        InputError: naming file, line and column, with what to do.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"cohort {name!r}: {folder} is no folder; check cohorts in config.yaml")
    people_file, trials_file = folder / "participants.tsv", folder / "trials.tsv"
    participants = read_tsv(people_file, ["participant_id"])
    trials = read_tsv(trials_file, ["trial_id", "participant_id", "file"])
    _check_ids(participants, "participant_id", people_file)
    _check_ids(trials, "trial_id", trials_file)
    _check_look_alikes(participants, people_file)
    _check_columns(participants, people_file, {"participant_id", "split_group"})
    _check_columns(trials, trials_file, {"trial_id", "participant_id", "file", *OVERRIDES})
    _check_references(trials, participants, trials_file)
    _check_files(trials, folder, trials_file)
    _check_overrides(trials, trials_file)
    return Cohort(name, folder, participants, trials)


def read_tsv(path: Path, required: list[str]) -> pd.DataFrame:
    """A tab-separated table as cells that are text or None, its index the line in the file.

    Raises:
        InputError: naming file and line, where a row has not the header's number of cells, where
            there is no such column, or where it is no text.
    """
    if not path.is_file():
        raise InputError(f"{path} is missing; a cohort folder needs it (docs/cohort.md)")
    lines = _lines(path)
    header = [_cell(cell) for cell in lines[0].split("\t")] if lines else []
    if len(header) < 2 and lines and re.search("[,;]", lines[0]):
        raise InputError(f"{path}, line 1: cells are separated by commas; save it tab-separated")
    for column in required:
        if column not in header:
            raise InputError(f"{path}, line 1: column {column!r} is missing")
    for index, column in enumerate(header):
        if column is None or header.index(column) < index:
            what = "has no name" if column is None else f"{column!r} stands there twice"
            raise InputError(f"{path}, line 1: column {index + 1} {what}")
    return _rows(path, lines, header)


def _rows(path: Path, lines: list[str], header: list[str]) -> pd.DataFrame:
    rows, numbers = [], []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != len(header):
            raise InputError(
                f"{path}, line {number}: {len(cells)} cells, but the header names {len(header)} "
                f"columns ({', '.join(header)}); write n/a where a value is missing"
            )
        rows.append([_cell(cell) for cell in cells])
        numbers.append(number)
    index = pd.Index(numbers, dtype="int64", name="line")
    return pd.DataFrame(rows, columns=header, index=index, dtype=object)


def _lines(path: Path) -> list[str]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the table as UTF-8") from error
    lines = re.split(r"\r\n|\n|\r", text) if text.strip() else []
    for number, line in enumerate(lines, start=1):
        if found := CONTROL.search(line):
            raise InputError(f"{path}, line {number}: {found[0]!r} is no text; take it out")
    return lines


def _cell(text: str) -> str | None:
    """A cell without surrounding spaces and quotes; None where it is missing."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"').strip()
    return None if text.lower() in MISSING else text


def _check_ids(table: pd.DataFrame, column: str, path: Path) -> None:
    first_line: dict[str, int] = {}
    for line, value in table[column].items():
        where = f"{path}, line {line}, column {column!r}"
        if value is None:
            raise InputError(f"{where}: the id is missing")
        if not ID_PATTERN.fullmatch(value) or value in (".", "..") or len(value) > ID_LENGTH:
            raise InputError(
                f"{where}: {value[:ID_LENGTH]!r} may hold letters, digits, space and . _ + = @ - "
                f"only, {ID_LENGTH} at most, and must start with a letter, a digit, . or _"
            )
        if value in first_line:
            raise InputError(f"{where}: {value!r} stands in line {first_line[value]} already")
        first_line[value] = line


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
    return re.sub(r"(?<!\d)0+(?=\d)", "", identifier.lower())


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
    root = folder.resolve()
    for line, value in trials["file"].items():
        where = f"{path}, line {line}, column 'file'"
        if value is None:
            raise InputError(f"{where}: the file name is missing")
        inside = not Path(value).is_absolute() and ".." not in Path(value).parts
        if not inside or not _real_path(folder / value, where).is_relative_to(root):
            raise InputError(f"{where}: {value!r} must be a path inside {folder}, relative to it")


def _real_path(path: Path, where: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # links in a circle
        raise InputError(f"{where}: {error}; name a file") from None


def _check_overrides(trials: pd.DataFrame, path: Path) -> None:
    for column in set(OVERRIDES) & set(trials.columns):
        for line, value in trials[column].dropna().items():
            where = f"{path}, line {line}, column {column!r}: {value!r}"
            if column == "angle_unit" and value not in ("deg", "rad"):
                raise InputError(f"{where} must be deg or rad")
            if column == "frame_rate_hz" and not _is_rate(value):
                raise InputError(f"{where} must be a number of frames a second from 1")


def _is_rate(text: str) -> bool:
    try:
        return RATES_HZ[0] <= float(text) <= RATES_HZ[1] and "_" not in text
    except ValueError:
        return False


def trial_labels(cohorts: list[Cohort]) -> pd.DataFrame:
    """One row a trial: cohort, trial_id, participant_id, split_group, and all label columns.

    A trial's label overrides its participant's; where the trial's is missing, the participant's
    holds. A participant without a split_group is a group alone. Cells are strings or None.
    """
    tables = [_cohort_labels(cohort) for cohort in cohorts]
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    rows = [row for table in tables for row in table.to_dict("records")]
    cells = [[row.get(column) for column in columns] for row in rows]
    return pd.DataFrame(cells, columns=columns, dtype=object)


def _cohort_labels(cohort: Cohort) -> pd.DataFrame:
    people = {row["participant_id"]: row for row in cohort.participants.to_dict("records")}
    own = [c for c in cohort.participants.columns if c not in RESERVED]
    columns = own + [c for c in cohort.trials.columns if c not in RESERVED and c not in own]
    rows = []
    for trial in cohort.trials.to_dict("records"):
        person = people[trial["participant_id"]]
        row = {"cohort": cohort.name, "trial_id": trial["trial_id"]}
        row["participant_id"] = trial["participant_id"]
        row["split_group"] = person.get("split_group") or trial["participant_id"]
        for column in columns:
            value = trial.get(column)
            row[column] = person.get(column) if value is None else value
        rows.append(row)
    names = ["cohort", "trial_id", "participant_id", "split_group", *columns]
    return pd.DataFrame(rows, columns=names, dtype=object)
