"""Points in space: tables without names, `.trc`, and NumPy arrays; columns `{point}_x_{unit}`."""

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from biomechgpt.recordings.overrides import LENGTH_UNITS
from biomechgpt.recordings.readers.raw import MotionError, RawMotion
from biomechgpt.recordings.readers.several import of_single_subject
from biomechgpt.recordings.readers.text_table import (
    MISSING,
    read_line,
    read_table,
    split_cells,
    take_time,
)

LEAST_POINTS = 10  # fewer numbers in a first line are no body
TRC_HEADER_LINES = 3


def point_names(names: Iterable[str], unit: str | None = None) -> list[str]:
    """The columns of points: `{name}_x`, `_y`, `_z`, with the unit of length behind where known."""
    ending = f"_{unit}" if unit else ""
    return [f"{name}_{axis}{ending}" for name in names for axis in "xyz"]


def names_of_numbers(line: str) -> list[str] | None:
    """Names for a table whose first line holds numbers; None where that line is something else.

    Such rows hold x, y and z of each point in turn, with or without the time before them, and with or
    without the number of a point before it.
    """
    for separator in ("\t", ",", ";", None):
        cells = split_cells(line, separator)
        if len(cells) < 3 * LEAST_POINTS:
            continue
        if not all(_is_number(cell) for cell in cells):
            return None
        return _names_of_row(cells)
    return None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return cell == "" or cell in MISSING
    return True


def _names_of_row(cells: list[str]) -> list[str] | None:
    n_points, rest = divmod(len(cells) - 1, 4)
    if not rest and _are_counts(cells[1::4]):
        points = [[f"number {i}", *point_names([str(i)])] for i in range(n_points)]
        return ["time", *(name for names in points for name in names)]
    n_points, rest = divmod(len(cells), 3)
    names = point_names(str(i) for i in range(n_points))
    return {0: names, 1: ["time", *names]}.get(rest)


def _are_counts(cells: list[str]) -> bool:
    """Whether the cells count from 0, but for missing ones."""
    numbers = [np.nan if cell in ("", *MISSING) else float(cell) for cell in cells]
    known = [(number, place) for place, number in enumerate(numbers) if not np.isnan(number)]
    return bool(known) and all(number == place for number, place in known)


def read_unnamed(path: Path, names: list[str]) -> RawMotion:
    """Read a table without names, whose columns are `names`; numbers of points are left out.

    Raises:
        MotionError: `unreadable` or `one_row`.
    """
    with open(path, "rb") as file:
        separator = next(s for s in ("\t", ",", ";", " ") if s in read_line(file))
    header = separator.join(name.replace(" ", "_") for name in names)
    table = read_table(io.BytesIO(f"{header}\n".encode() + path.read_bytes()))
    columns = {n: c for n, c in table.columns.items() if not n.startswith("number_")}
    return RawMotion(take_time(columns), columns, None, table.notes)


def read_trc(path: Path) -> RawMotion:
    """Read a `.trc` file of marker or joint positions.

    Raises:
        MotionError: `unreadable`, `one_row` or `several_recordings`.
    """
    with open(path, "rb") as file:
        header = [read_line(file) for _ in range(TRC_HEADER_LINES)]
        names = [name.strip() for name in read_line(file).split("\t")[2:] if name.strip()]
        read_line(file)  # X1 Y1 Z1 ...
        rows = file.read()
    values = dict(zip(header[1].split("\t"), header[2].split("\t"), strict=False))
    unit = values.get("Units", "").strip().lower()
    if not names or unit not in LENGTH_UNITS:
        raise MotionError(
            "unreadable",
            f"no complete .trc header: it needs Units of {', '.join(LENGTH_UNITS)} and the names of "
            "the points in its fourth line; export the motion again",
        )
    titles = "\t".join(["frame number", "time", *point_names(names, unit)])
    table = read_table(io.BytesIO(f"{titles}\n".encode() + rows))
    table.columns.pop("frame number", None)
    columns = of_single_subject(table.columns)
    return RawMotion(take_time(columns), columns, None, table.notes)


def array_columns(points: np.ndarray, names: list[str] | None = None) -> dict[str, np.ndarray]:
    """Columns of points (T, K, 3), or (T, K, 4) with a confidence, 0 where a point was not seen.

    Raises:
        MotionError: `unreadable` or `one_row`.
    """
    if points.ndim != 3 or points.shape[2] not in (3, 4) or points.dtype.kind not in "fiu":
        raise MotionError(
            "unreadable",
            f"an array of shape {points.shape} is none of points: frames, points, and x, y, z",
        )
    if len(points) < 2:
        raise MotionError("one_row", "a motion needs at least two frames")
    positions = points[:, :, :3].astype(np.float64)
    if points.shape[2] == 4:
        positions[points[:, :, 3] <= 0] = np.nan
    labels = names or [str(i) for i in range(points.shape[1])]
    if len(labels) != points.shape[1]:
        raise MotionError(
            "unreadable", f"{len(labels)} names stand beside {points.shape[1]} points"
        )
    columns = positions.reshape(len(points), -1).T
    return dict(zip(point_names(labels), columns, strict=True))
