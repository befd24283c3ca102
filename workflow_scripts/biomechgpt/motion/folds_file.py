"""Folds as a table: the user's own (`split.file`), read strictly."""

import difflib
import logging
import os
import re

import pandas as pd

from biomechgpt.errors import InputError

log = logging.getLogger(__name__)
SPLITS = ("train", "validation", "test")
COLUMNS = ["fold", "participant_id", "split"]
FOLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def read_own_folds(
    path: str | os.PathLike, role_of: dict[str, str], known: set[str]
) -> pd.DataFrame:
    """The user's own folds: every participant with accepted trials exactly once a fold.

    `role_of`: participant with accepted trials -> both, train or test. `known`: participants with
    any trial. Raises `InputError` naming file and line.
    """
    folds = read_table(path)
    for line, row in enumerate(folds.itertuples(index=False), start=2):
        where = f"{path}, line {line}"
        if row.participant_id not in known:
            raise InputError(
                f"{where}: participant_id {row.participant_id} has no trial in any trials.tsv"
                f"{_closest(row.participant_id, known)} With more than one cohort, ids are "
                "written as cohort/participant_id."
            )
        role = role_of.get(row.participant_id, "both")
        if (role == "train" and row.split == "test") or (role == "test" and row.split != "test"):
            raise InputError(
                f"{where}: {row.participant_id} is {row.split}, but its cohort has the role {role}."
            )
    twice = folds.duplicated(["fold", "participant_id"])
    for line in folds.index[twice] + 2:
        raise InputError(f"{path}, line {line}: this participant stands in this fold already.")
    for fold, rows in folds.groupby("fold"):
        missing = sorted(set(role_of) - set(rows["participant_id"]))
        if missing:
            raise InputError(
                f"{path}: fold {fold} lacks {len(missing)} participants with accepted trials, the "
                f"first is {missing[0]}; every participant must stand in every fold."
            )
    rejected = set(folds["participant_id"]) - set(role_of)
    if rejected:
        log.warning("%d participants of %s have no accepted trial", len(rejected), path)
    kept = folds[folds["participant_id"].isin(role_of)]
    return kept.sort_values(COLUMNS, ignore_index=True)


def read_table(path: str | os.PathLike) -> pd.DataFrame:
    """The columns fold, participant_id, split of a TSV; `InputError` for a cell that cannot be."""
    try:
        table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
    except FileNotFoundError:
        raise InputError(f"split.file: there is no file {path}.") from None
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise InputError(
            f"{path}: line 1 lacks the column(s) {', '.join(missing)}; it must be tab-separated "
            f"with {', '.join(COLUMNS)}."
        )
    for line, row in enumerate(table[COLUMNS].itertuples(index=False), start=2):
        if row.split not in SPLITS:
            raise InputError(
                f"{path}, line {line}: split is {row.split!r}; allowed: {', '.join(SPLITS)}."
            )
        if not FOLD_NAME.fullmatch(row.fold):
            raise InputError(
                f"{path}, line {line}: fold is {row.fold!r}; it becomes a folder name and may hold "
                "letters, digits, '.', '_' and '-' only."
            )
    if table.empty:
        raise InputError(f"{path}: it has no rows.")
    return table[COLUMNS]


def _closest(word: str, known: set[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else "."
