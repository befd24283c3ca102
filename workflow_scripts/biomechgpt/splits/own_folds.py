"""Folds as a table of the user's own (`split.file`), read strictly."""

import logging
import os
import re
from pathlib import Path

import pandas as pd

from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.errors import InputError
from biomechgpt.results_layout import FOLDERS_OF_RESULTS
from biomechgpt.spelling import nearest
from biomechgpt.splits.folds_file import COLUMNS, SPLITS

log = logging.getLogger(__name__)
FOLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def read_own_folds(
    path: str | os.PathLike, role_of: dict[str, str], known: set[str]
) -> pd.DataFrame:
    """The user's own folds: every participant with accepted trials exactly once a fold.

    `role_of`: participant with accepted trials -> both, train or test. `known`: participants with
    any trial.

    Raises:
        InputError: naming file and line.
    """
    folds = read_table(path)
    for line, _, participant, split in folds.itertuples():
        _check_row(f"{path}, line {line}", participant, split, role_of, known)
    twice = folds.duplicated(["fold", "participant_id"])
    for line in folds.index[twice]:
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


def _check_row(
    where: str, participant: str, split: str, role_of: dict[str, str], known: set[str]
) -> None:
    if participant not in known:
        raise InputError(
            f"{where}: participant_id {participant} has no trial in any trials.tsv"
            f"{nearest(participant, sorted(known)) or '.'} With more than one cohort, ids are written as "
            "cohort/participant_id."
        )
    role = role_of.get(participant, "both")
    if role != "both" and (role == "test") != (split == "test"):
        raise InputError(f"{where}: {participant} is {split}, but its cohort has the role {role}.")


def read_table(path: str | os.PathLike) -> pd.DataFrame:
    """The columns fold, participant_id and split of a TSV; the index is the line in the file.

    Raises:
        InputError: naming file and line, where a cell is missing or has no valid value.
    """
    if not Path(path).is_file():
        raise InputError(f"split.file: there is no file {path}.")
    table = read_tsv(Path(path), COLUMNS)
    for line, *cells in zip(table.index, *(table[name] for name in COLUMNS), strict=True):
        if None in cells:
            column = COLUMNS[cells.index(None)]
            raise InputError(f"{path}, line {line}: {column} is missing.")
        fold, _, split = cells
        if split not in SPLITS:
            raise InputError(
                f"{path}, line {line}: split is {split!r}; allowed: {', '.join(SPLITS)}."
            )
        if not FOLD_NAME.fullmatch(fold):
            raise InputError(
                f"{path}, line {line}: fold is {fold!r}; it becomes a folder name and may hold "
                "letters, digits, '.', '_' and '-' only, 100 at most."
            )
        if fold in FOLDERS_OF_RESULTS:
            raise InputError(
                f"{path}, line {line}: fold is {fold}, a folder that every run has; choose "
                "another name."
            )
    if table.empty:
        raise InputError(f"{path}: it has no rows.")
    return table[COLUMNS]
