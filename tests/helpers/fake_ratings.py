"""Files of ratings as a form saves them, made up by a function instead of a person."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from biomechgpt.study.form_pages import BY_A_PERSON, CHECKSUM, checksum
from biomechgpt.study.rating_files import COLUMNS, expected_places
from biomechgpt.study.study_folder import Study

Rows = list[list[str]]


def rows_of(study: Study, rater: str, rate: Callable[[pd.DataFrame, str], str | None]) -> Rows:
    """The rows between declaration and checksum.

    `rate` gets the key of an item or slot and the scale, and returns a value, or None to rate nothing.
    """
    key = study.key[study.key["rater"] == rater]
    rows = []
    for item, slot, scale in expected_places(key, study.scales):
        own = key[(key["item"] == item) & key["slot"].isin([slot] if slot else list("ABCDEF"))]
        value = rate(own, scale)
        if value is not None:
            rows.append(
                [study.name, study.forms[rater], rater, item, slot or "n/a", scale, value, "9"]
            )
    return rows


def file_text(study: Study, rater: str, rows: Rows, declared: str = "yes") -> str:
    """A whole file with these rows."""
    head = [study.name, study.forms[rater], rater, "n/a", "n/a"]
    lines = ["\t".join(row) for row in [[*head, BY_A_PERSON, declared, "n/a"], *rows]]
    end = "\t".join([*head, CHECKSUM, checksum(lines), "n/a"])
    return "\n".join(["\t".join(COLUMNS), *lines, end]) + "\n"


def write_ratings(
    folder: Path, study: Study, rate: Callable[[pd.DataFrame, str], str | None]
) -> None:
    """A file of each rater; `rate` is called in the order of the raters."""
    for rater in study.forms:
        text = file_text(study, rater, rows_of(study, rater, rate))
        (folder / f"ratings-{rater}.tsv").write_text(text, encoding="utf-8")
