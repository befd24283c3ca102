"""OpenSim `.mot` and `.sto` files, with the headers of OpenSim 3 and 4 and of SIMM."""

from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion
from biomechgpt.recordings.readers.text_table import TextTable, read_line, read_table, take_time
from biomechgpt.recordings.readers.titles import check_title

HEADER_LIMIT_LINES = 2_000
UNITS = {"yes": "deg", "true": "deg", "1": "deg", "no": "rad", "false": "rad", "0": "rad"}
UNITS |= {"y": "deg", "t": "deg", "n": "rad", "f": "rad"}


class Header(NamedTuple):
    """What a header says; counts are claims to compare with the table, never sizes to allocate."""

    title: str
    unit: str | None
    n_rows: int | None
    n_columns: int | None


def read_opensim(path: Path) -> RawMotion:
    """Read a `.mot` or `.sto` file, also one that a spreadsheet saved again as CSV.

    Names that are state paths (`/jointset/hip_r/hip_flexion_r/value`) become the coordinate's
    name; speeds are dropped.

    Raises:
        MotionError: `unreadable`, `one_row` or, for errors, speeds and the like, `not_motion`.
    """
    with open(path, "rb") as file:
        header = read_header(file)
        check_title(header.title)
        table = read_table(file)
    columns, state_notes = _coordinate_names(table.columns)
    notes = table.notes + _compare(header, table) + state_notes
    return RawMotion(take_time(columns), columns, header.unit, notes)


def read_header(file: BufferedReader) -> Header:
    """Read up to and including the line `endheader`."""
    values: dict[str, str] = {}
    title = ""
    for _ in range(HEADER_LIMIT_LINES):
        position = file.tell()
        line = read_line(file).replace('"', "").strip(" \t,;")
        if line.lower() == "endheader":
            return _header(values.get("name", title), values)
        title = title or line
        key, _, value = line.partition("=") if "=" in line else line.partition(" ")
        values[key.strip().lower()] = value.strip(" \t,;").lower()
        if file.tell() == position:
            break
    raise MotionError("unreadable", "no line 'endheader': this is no complete .mot or .sto file")


def _header(title: str, values: dict[str, str]) -> Header:
    return Header(
        title=title.strip(),
        unit=UNITS.get(values.get("indegrees", "")),
        n_rows=_count(values.get("nrows", values.get("datarows"))),
        n_columns=_count(values.get("ncolumns", values.get("datacolumns"))),
    )


def _count(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 20 else None


def _compare(header: Header, table: TextTable) -> list[Note]:
    """Where the header and the table disagree, the table is right."""
    n_rows = len(next(iter(table.columns.values())))
    notes = []
    if header.n_rows not in (None, n_rows):
        detail = f"the header says {header.n_rows} rows, the table has {n_rows}"
        notes.append(Note("row_count", detail))
    if header.n_columns not in (None, table.n_names):
        detail = f"the header says {header.n_columns} columns, the table has {table.n_names}"
        notes.append(Note("column_count", detail))
    return notes


def _coordinate_names(columns: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """The columns by coordinate; of two for the same coordinate the first is kept."""
    named: dict[str, np.ndarray] = {}
    doubled = []
    for name, values in columns.items():
        *_, coordinate, quantity = ["", "", *name.split("/")]
        is_state = name.count("/") > 1
        if is_state and quantity == "speed":
            continue
        target = coordinate if is_state and quantity == "value" else name
        if target in named:
            doubled.append(target)
        named.setdefault(target, values)
    if columns and not named:
        raise MotionError("not_motion", "the table holds speeds only; export the coordinates")
    detail = f"the first of each is kept, beside its state path: {', '.join(doubled)}"
    return named, [Note("duplicate_columns", detail)] if doubled else []
