"""The files that raters send back, read with distrust: what does not fit is named, the rest goes on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.errors import InputError
from biomechgpt.study.form_pages import (
    BEST,
    BY_A_PERSON,
    CANNOT_JUDGE,
    CHECKSUM,
    COMMENT,
    HIGHEST,
    LOWEST,
    WHICH_ORIGINAL,
    checksum,
)
from biomechgpt.study.study_folder import PAIRS, Study

COLUMNS = ["study", "form", "rater", "item", "slot", "scale", "value", "seconds"]
STEPS = [str(step) for step in range(LOWEST, HIGHEST + 1)]
LARGEST_BYTES = 5_000_000  # a form of a thousand items makes half a megabyte
Place = tuple[str, str, str]  # item, slot ("" where it is of the whole item), scale


class RatingProblem(NamedTuple):
    """What is wrong with the ratings; `line` is 0 where it is about a whole file or a rater."""

    file: str
    line: int
    rater: str
    problem: str  # a slug
    detail: str


class Ratings(NamedTuple):
    """Accepted ratings, a row each (`rater, item, slot, scale, value, seconds`), comments, and problems."""

    rows: pd.DataFrame
    comments: pd.DataFrame
    problems: list[RatingProblem]


def read_ratings(folder: Path, study: Study) -> Ratings:
    """Read every file in `folder` that holds ratings of `study`."""
    tables: dict[str, dict[str, pd.DataFrame]] = {rater: {} for rater in study.forms}
    problems = []
    for path in sorted(path for path in folder.glob("*") if not path.name.startswith(".")):
        try:
            table = _read_file(path, study)
        except InputError as error:
            problems += [RatingProblem(path.name, 0, "", "refused", text) for text in error.args]
            continue
        tables[table["rater"].iloc[0]][path.name] = table
    rows, comments = [], []
    for rater, of_rater in tables.items():
        name, table = _single(rater, of_rater, problems)
        expected = expected_places(study.key[study.key["rater"] == rater], study.scales)
        accepted = [] if table is None else list(_accepted(name, table, expected, problems))
        rows += accepted
        if table is not None:
            comments.append(table[table["scale"] == COMMENT])
            problems += _missing(name, rater, expected, accepted)
    said = pd.concat(comments) if comments else pd.DataFrame(columns=COLUMNS)
    return Ratings(
        pd.DataFrame(rows, columns=COLUMNS[2:]),
        said[["rater", "item", "value"]].reset_index(drop=True),
        problems,
    )


def _read_file(path: Path, study: Study) -> pd.DataFrame:
    """The table of a file, empty cells as "".

    Raises:
        InputError: It holds no ratings of this study that can be used.
    """
    if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{path.name} is no file of ratings: take it out of the folder.")
    table = read_tsv(path, COLUMNS).fillna("")
    if table.empty:
        raise InputError(f"{path.name} holds no row: ask the rater to save the ratings again.")
    _check_of_this_study(path.name, table, study)
    _check_declared_and_unchanged(path.name, table)
    return table


def _check_of_this_study(name: str, table: pd.DataFrame, study: Study) -> None:
    for column in COLUMNS[:3]:
        if table[column].nunique() > 1:
            raise InputError(
                f"{name} is of more than one {column}: put each saved file here as it is."
            )
    of_study, form, rater = table[COLUMNS[:3]].iloc[0]
    if of_study != study.name:
        raise InputError(f"{name} is of the study {of_study!r}, not of {study.name!r}.")
    if rater not in study.forms:
        raise InputError(
            f"{name} is of {rater!r}, who is no rater of this study: {', '.join(study.forms)}."
        )
    if form != study.forms[rater]:
        raise InputError(
            f"{name} was made with another form of {rater} than the one in forms/: its key is not here, so "
            "it cannot be read."
        )


def _check_declared_and_unchanged(name: str, table: pd.DataFrame) -> None:
    declared = table.loc[table["scale"] == BY_A_PERSON, "value"].tolist()
    if declared != ["yes"]:
        raise InputError(
            f"{name} lacks the rater's word that a person rated: raters tick it at the start of the form. "
            "Programs are no raters."
        )
    saved = table.loc[table["scale"] == CHECKSUM, "value"].tolist()
    summed = table[~table["scale"].isin((COMMENT, CHECKSUM))]
    lines = ["\t".join(cell or "n/a" for cell in row) for row in summed[COLUMNS].to_numpy()]
    if saved != [checksum(lines)]:
        raise InputError(
            f"{name} was changed after the form saved it: ask the rater for the file as it was saved."
        )


def _single(
    rater: str, tables: Mapping[str, pd.DataFrame], problems: list[RatingProblem]
) -> tuple[str, pd.DataFrame | None]:
    """The one table of a rater; none where there is no file, or several that differ."""
    if not tables:
        problems.append(RatingProblem("", 0, rater, "no_file", f"{rater} has sent no usable file"))
        return "", None
    (name, first), *others = tables.items()
    names = ", ".join(tables)
    if any(
        not other.reset_index(drop=True).equals(first.reset_index(drop=True)) for _, other in others
    ):
        detail = f"{names} are of one rater and differ: keep the right one and take the others out"
        problems.append(RatingProblem(names, 0, rater, "several_files", detail))
        return "", None
    if others:
        problems.append(
            RatingProblem(names, 0, rater, "copies", f"{names} are copies of each other")
        )
    return name, first


def expected_places(key: pd.DataFrame, scales: Mapping[str, str]) -> dict[Place, list[str]]:
    """What a form with this `key` asks for, and the values that each place allows."""
    places: dict[Place, list[str]] = {}
    for item, rows in key.groupby("item", sort=False):
        slots = rows["slot"].tolist()
        if rows["part"].iloc[0] == PAIRS:
            places[item, "", WHICH_ORIGINAL] = slots
            continue
        places |= {
            (item, slot, scale): [*STEPS, CANNOT_JUDGE] for slot in slots for scale in scales
        }
        if len(slots) > 1:
            places[item, "", BEST] = slots
    return places


def _accepted(
    name: str,
    table: pd.DataFrame,
    expected: Mapping[Place, list[str]],
    problems: list[RatingProblem],
) -> Iterator[tuple]:
    """The rows that say something about what the form asks, each place once."""
    ratings = table[~table["scale"].isin((COMMENT, CHECKSUM, BY_A_PERSON))]
    twice = ratings.duplicated(["item", "slot", "scale"], keep=False)
    for line, row in ratings.iterrows():
        place = (row["item"], row["slot"], row["scale"])
        problem = None
        if place not in expected:
            problem = ("unknown_place", f"the form of {row['rater']} has no {' '.join(place)!r}")
        elif twice[line]:
            problem = ("rated_twice", f"{' '.join(place)!r} stands there more than once")
        elif row["value"] not in expected[place]:
            allowed = ", ".join(expected[place])
            problem = ("unknown_value", f"{row['value']!r} is none of {allowed}")
        if problem:
            problems.append(RatingProblem(name, int(line), row["rater"], *problem))
        else:
            yield tuple(row[COLUMNS[2:]])


def _missing(
    name: str, rater: str, expected: Mapping[Place, list[str]], accepted: list[tuple]
) -> Iterator[RatingProblem]:
    """A line for each item of which something is not rated."""
    rated = {row[1:4] for row in accepted}
    open_places: dict[str, int] = {}
    for place in expected.keys() - rated:
        open_places[place[0]] = open_places.get(place[0], 0) + 1
    for item, n_open in sorted(open_places.items()):
        total = sum(place[0] == item for place in expected)
        detail = f"{n_open} of {total} ratings of item {item} are missing"
        yield RatingProblem(name, 0, rater, "not_rated", detail)
