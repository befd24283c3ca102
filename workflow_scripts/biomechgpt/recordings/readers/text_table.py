"""The numbers of a text table: its separator, rows that do not fit, and fast reading."""

import re
from io import BufferedReader
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.recordings.readers.raw import MotionError, Note, check_unpacked
from biomechgpt.recordings.readers.several import check_dividers

LINE_LIMIT_BYTES = 1_000_000
TIME_NAMES = {
    "t",
    "time",
    "times",
    "timestamp",
    "timestamps",
    "seconds",
    "time_sec",
    "time_seconds",
}
TIME_NAMES |= {
    f"{name}{unit}" for name in ("t", "time", "timestamp") for unit in ("_s", "(s)", "[s]")
}
# What programs write for "no value", beside the empty cell and what pandas knows, as n/a and -1.#IND.
MISSING = ["-nan(ind)", "nan(ind)"]
# Of any length, as C of Windows and spreadsheets write them: -1.#IND00, #DIV/0!, #VALUE!
NO_NUMBER = re.compile(r"-?1\.#(IND|QNAN|SNAN|INF)0*|#[A-Z0-9/]+[!?]?")
END_OF_FILE = "\x1a\0"  # what DOS and disks put behind the last row
PEEK_BYTES = 1 << 16


class TextTable(NamedTuple):
    """The numeric columns of a text table."""

    columns: dict[str, np.ndarray]  # name -> (T,) float64
    n_names: int  # of the header, doubled ones counted
    notes: list[Note]


def read_line(file: BufferedReader) -> str:
    """The next line without its line end; '' at the end of the file."""
    line = file.readline(LINE_LIMIT_BYTES)
    if len(line) >= LINE_LIMIT_BYTES or b"\0" in line:
        raise MotionError("unreadable", "this is not a text file; export the motion again")
    return line.decode("utf-8-sig", errors="replace").rstrip("\r\n")


def split_cells(line: str, separator: str | None) -> list[str]:
    """The cells of a line; `separator` None is any run of white space."""
    if separator is None:
        return line.split()
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _separator(header: str, first_row: str) -> str | None:
    """The separator under which the first row has a cell for every name."""
    for separator in ("\t", ",", ";", None):
        if separator is None and re.search(r"(^|\s)[,;](\s|$)", header):
            continue
        n_names = len(_without_tail(split_cells(header, separator)))
        cells = split_cells(first_row, separator)
        if n_names > 1 and len(_without_tail(cells)) <= n_names <= len(cells):
            return separator
    # Spaces around another separator would make it a column.
    separator = next((s for s in "\t,;" if s in header.strip(" \t,;")), None)
    raise MotionError(
        "unreadable",
        f"the header names {len(split_cells(header, separator))} columns and the row below it has "
        f"{len(split_cells(first_row, separator))} cells; names must stand in a single row right "
        "above the numbers: export the motion again",
    )


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _next_filled(file: BufferedReader) -> tuple[int, str]:
    """Offset and text of the next line that holds more than separators."""
    while True:
        offset = file.tell()
        line = read_line(file)
        if line.strip(" \t,;") or file.tell() == offset:
            return offset, line


def read_table(file: BufferedReader) -> TextTable:
    """Read column names and numbers from where `file` stands.

    Handles tabs, commas, semicolons (with decimal commas) and white space, spaces around cells,
    blank lines, CRLF, separators at line ends, and doubled names (the first one is kept).

    Raises:
        MotionError: `one_row`, `unreadable`, `not_motion` or `several_recordings`.
    """
    _, header = _next_filled(file)
    start, first_row = _next_filled(file)
    if not first_row.strip():
        raise MotionError("unreadable", "the file has no rows of numbers")
    separator = _separator(header, first_row)
    file.seek(start)
    return read_rows(file, _without_tail(split_cells(header, separator)), separator)


def read_rows(file: BufferedReader, names: list[str], separator: str | None) -> TextTable:
    """Read the rows of numbers from where `file` stands, a cell for each of `names`.

    Raises:
        MotionError: `one_row`, `unreadable`, `not_motion` or `several_recordings`.
    """
    start = file.tell()
    beginning = file.read(PEEK_BYTES)
    file.seek(start)
    # Whole numbers may stand before the first decimal comma.
    decimal = "," if separator != "," and b"." not in beginning and b"," in beginning else "."
    first_row = beginning.partition(b"\n")[0].decode("utf-8", errors="replace")
    width = max(len(names), len(split_cells(first_row, separator))) + 1
    check_rows(file, width)
    frame = _parse(file, width, separator, decimal)
    file.seek(start)
    frame, notes = _drop_broken_rows(frame, file, separator, len(names))
    return _columns(frame, names, notes)


def check_rows(file: BufferedReader, width: int) -> None:
    """Refuse the rest of `file` where pandas, which fills up short rows, would need far more memory.

    Raises:
        MotionError: `unreadable`.
    """
    start, n_rows = file.tell(), 1
    while block := file.read(1 << 20):
        n_rows += block.count(b"\n") + block.count(b"\r")
    n_bytes = file.tell() - start
    file.seek(start)
    check_unpacked(8 * n_rows * width, width, n_bytes)


def _parse(file: BufferedReader, width: int, separator: str | None, decimal: str) -> pd.DataFrame:
    try:
        # One column more than the first row has: rows may end in a separator, longer ones raise.
        return pd.read_csv(
            file, sep=separator or r"\s+", header=None, names=range(width), index_col=False,
            skipinitialspace=True, decimal=decimal, na_values=MISSING, engine="c",
            encoding_errors="replace", low_memory=True,
        )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise MotionError("unreadable", f"the rows of numbers cannot be read: {error}") from error


def _drop_broken_rows(
    frame: pd.DataFrame, file: BufferedReader, separator: str | None, n: int
) -> tuple[pd.DataFrame, list[Note]]:
    """Refuse rows whose cells could stand under the wrong name; forgive a torn last row."""
    if len(frame) and not str(frame.iat[-1, 0]).strip(END_OF_FILE):
        frame = frame.iloc[:-1]
    # One array for all columns: what pandas does column by column takes longer than the parsing.
    missing = pd.isna(frame.to_numpy())  # (T, width)
    extra = ~missing[:, n:].all(axis=1)
    if extra.any():
        row = int(extra.argmax()) + 1
        raise MotionError("unreadable", f"row {row} has more cells than the header has names ({n})")
    blank = missing[:, :n].all(axis=1)
    if blank.any():
        frame, missing = frame[~blank], missing[~blank]
    if not missing[:, n - 1].any():
        return frame, []
    short = _short_rows(file, separator, n)
    if short == [len(frame) - 1]:
        return frame.iloc[:-1], [Note("torn_row", "the last row is cut off and was dropped")]
    if short:
        raise MotionError("unreadable", f"row {short[0] + 1} has fewer cells than the header ({n})")
    return frame, []


def _short_rows(file: BufferedReader, separator: str | None, n: int) -> list[int]:
    """Numbers (from 0) of the rows with too few cells, which pandas fills silently."""
    lines = (line.decode("utf-8", errors="replace").rstrip("\r\n") for line in file)
    filled = (line for line in lines if line.strip(" \t,;" + END_OF_FILE))
    return [i for i, line in enumerate(filled) if len(split_cells(line, separator)) < n]


def _columns(frame: pd.DataFrame, names: list[str], notes: list[Note]) -> TextTable:
    if len(frame) < 2:
        raise MotionError("one_row", "a motion needs at least two rows")
    columns: dict[str, np.ndarray] = {}
    doubled, text = set(), {}
    for index, name in enumerate(names):
        if name in columns:
            doubled.add(name)
            continue
        numbers = _numbers(frame[index], name)
        if numbers is None:
            text[name] = frame[index].to_numpy()
        else:
            columns[name] = numbers
    if not columns:
        raise MotionError("not_motion", "the table has no column of numbers")
    check_dividers(columns | text)
    if len(doubled) >= max(4, len(columns) / 2):
        some = ", ".join(sorted(doubled)[:3])
        raise MotionError(
            "several_recordings",
            f"{len(doubled)} names stand twice ({some}): two people or recordings side by side? Save "
            "each as a file of its own",
        )
    if doubled:
        detail = f"the first of each is kept: {', '.join(sorted(doubled))}"
        notes = [*notes, Note("duplicate_columns", detail)]
    if text:
        notes = [*notes, Note("text_columns", f"ignored, no numbers in them: {', '.join(text)}")]
    return TextTable(columns, len(names), notes)


def _numbers(cells: pd.Series, name: str) -> np.ndarray | None:
    """The numbers of a column, or None where it holds text only."""
    if not pd.api.types.is_numeric_dtype(cells):
        numbers = pd.to_numeric(cells, errors="coerce")
        if numbers.isna().all():
            return None
        no_gap = ~cells.astype(str).str.strip().str.fullmatch(NO_NUMBER)
        bad = (numbers.isna() & cells.notna() & no_gap).to_numpy()
        if bad.any():
            row = int(bad.argmax())
            detail = f"column {name!r}, row {row + 1}: {str(cells.iloc[row])[:40]!r} is no number"
            raise MotionError("unreadable", detail)
        cells = numbers
    return cells.to_numpy(np.float64)


def take_time(columns: dict[str, np.ndarray]) -> np.ndarray | None:
    """Remove the time column from `columns` and return it, or None where there is none."""
    for name in columns:
        if name.lower().replace(" ", "") in TIME_NAMES:
            return columns.pop(name)
    return None
