"""Tab-separated text, read strictly: a row never shifts, and errors name the line."""

import codecs
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from biomechgpt.errors import InputError, stop_at

SEPARATORS = {",": "commas", ";": "semicolons", "|": "bars", " ": "spaces"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MISSING = ("", "n/a")


def read_tsv(
    path: Path, required: list[str], keep: Callable[[str], bool] | None = None
) -> pd.DataFrame:
    """Read a tab-separated table; cells are text or None, the index is the line in the file.

    `keep` selects rows by their `participant_id`.

    Raises:
        InputError: naming file and line, where rows have not the header's number of cells, where
            there are no such columns, or where it is no text.
    """
    if not path.is_file():
        raise InputError(
            f"{path} is missing; a cohort folder needs it (docs/cohort.md). Both tables of a session of "
            "OpenCap, Pose2Sim, Xsens, Vicon or Visual3D are written by: python "
            f"workflow_scripts/import_session.py {str(path.parent)!r}"
        )
    lines = _lines(path)
    first = next(lines, "")
    header = [_cell(cell) for cell in first.split("\t")]
    if len(header) < 2:
        _check_separator(path, first, required)
    stop_at(list(_wrong_header(path, header, required)))
    return _rows(path, lines, header, keep)


def _wrong_header(
    path: Path, header: list[str | None], required: list[str]
) -> Iterator[InputError]:
    for column in required:
        if column not in header:
            yield InputError(f"{path}, line 1: column {column!r} is missing")
    for index, column in enumerate(header):
        if column is None or header.index(column) < index:
            what = "has no name" if column is None else f"{column!r} stands there twice"
            yield InputError(f"{path}, line 1: column {index + 1} {what}")


def _check_separator(path: Path, first: str, required: list[str]) -> None:
    for mark, name in SEPARATORS.items():
        cells = [_cell(cell) for cell in first.split(mark)]
        if len(cells) > 1 and set(required) & set(cells):
            raise InputError(
                f"{path}, line 1: cells are separated by {name}; save it tab-separated"
            )


def _rows(
    path: Path, lines: Iterable[str], header: list[str], keep: Callable[[str], bool] | None
) -> pd.DataFrame:
    rows, numbers, faults = [], [], []
    person = header.index("participant_id") if keep is not None else 0
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != len(header):
            faults.append(
                InputError(
                    f"{path}, line {number}: {len(cells)} cells, but the header names {len(header)} "
                    f"columns ({', '.join(header)}); write n/a where a value is missing"
                )
            )
        elif keep is None or keep(_cell(cells[person]) or ""):
            rows.append([_cell(cell, name) for cell, name in zip(cells, header, strict=True)])
            numbers.append(number)
    stop_at(faults)
    index = pd.Index(numbers, dtype="int64", name="line")
    return pd.DataFrame(rows, columns=header, index=index, dtype=object)


def _lines(path: Path) -> Iterator[str]:
    """The lines of a text file one after the other, whatever ends them."""
    with open(path, encoding=_encoding(path)) as file:
        for number, line in enumerate(file, start=1):
            if control := CONTROL.search(line.rstrip("\n")):
                raise InputError(f"{path}, line {number}: {control[0]!r} is no text; take it out")
            yield line.rstrip("\n")


def _encoding(path: Path) -> str:
    """UTF-8, or what Excel writes instead: UTF-16 with its mark, or Windows' own of western Europe.

    Text in which some letters are UTF-8 and others are not is neither, and is refused.
    """
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(path, content, "utf-16")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        if any(sign > "\x7f" for sign in content.decode(errors="ignore")):
            raise InputError(
                f"{path}, line {line}: not UTF-8, as other lines are; save the table as UTF-8"
            ) from None
        return _checked(path, content, "cp1252")
    return "utf-8-sig"


def _checked(path: Path, content: bytes, encoding: str) -> str:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: not UTF-8; save the table as UTF-8") from None
    return encoding


def _cell(text: str, column: str | None = None) -> str | None:
    """A cell without surrounding spaces and quotes; None where it is missing.

    Letters with accents are composed (NFC), so that a name is the same whichever system wrote it; not
    in the column `file`, since file systems tell the forms apart.
    """
    text = text.strip() if column == "file" else unicodedata.normalize("NFC", text.strip())
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"').strip()
    # A label stands in thousands of rows; interned, it is in memory once.
    return None if text.lower() in MISSING else sys.intern(text)
