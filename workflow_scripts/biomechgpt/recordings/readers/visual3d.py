"""The ASCII export of Visual3D, `.txt`, also of Theia's angles: five rows of header, then a row a frame.

Header: file of the recording, signal, type, folder, component. The fifth row begins with ITEM, below which
the frames are numbered. Source: Visual3D documentation, "ASCII format".
"""

import io
from pathlib import Path

from biomechgpt.recordings.readers.raw import MotionError, RawMotion
from biomechgpt.recordings.readers.text_table import read_rows, split_cells

HEADER_LINES = 5
TIMES = ("TIME_x", "TIME_0", "TIME_")  # of type FRAME_NUMBERS, in seconds


def is_visual3d(beginning: str) -> bool:
    """Whether a file that begins so has the header of an ASCII export."""
    lines = beginning.splitlines()
    return len(lines) >= HEADER_LINES and lines[4].partition("\t")[0].strip() == "ITEM"


def read_visual3d(path: Path) -> RawMotion:
    """Read the signals whose name says angle, as columns `{signal}_x`, `_y`, `_z` in degrees.

    Raises:
        MotionError: `unreadable` where it is another text, `not_motion` without angles,
            `several_recordings` where angles of more than one file stand side by side, `one_row`.
    """
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    if not is_visual3d(text):
        raise MotionError(
            "unreadable",
            "no ASCII export of Visual3D, whose fifth row begins with ITEM; save another table as .csv "
            "with one row of names",
        )
    sources, names, body = _header_and_body(text)
    _check_single({s for s, name in zip(sources, names, strict=True) if _is_angle(name)})
    table = read_rows(io.BytesIO(body.encode()), names, "\t")
    columns = {name: column for name, column in table.columns.items() if _is_angle(name)}
    if not columns:
        detail = "none of its signals is called an angle; export the joint angles of the model"
        raise MotionError("not_motion", detail)
    times = (table.columns[name] for name in TIMES if name in table.columns)
    return RawMotion(next(times, None), columns, "deg", table.notes)


def split_recordings(text: str) -> dict[str, str]:
    """The export of each recording alone, by its file as the header names it.

    Rows without values at the end are those of a longer recording beside it.
    """
    lines = text.splitlines()
    columns: dict[str, list[int]] = {}
    for index, source in enumerate(split_cells(lines[0], "\t")):
        if index and source:
            columns.setdefault(source, [0]).append(index)
    rows: dict[str, list[str]] = {source: [] for source in columns}
    for line in lines:
        cells = line.split("\t")
        for source, indices in columns.items():
            rows[source].append("\t".join(cells[i] for i in indices if i < len(cells)))
    return {source: "\n".join(_without_blank_end(own)) + "\n" for source, own in rows.items()}


def _without_blank_end(rows: list[str]) -> list[str]:
    last = max((i for i, row in enumerate(rows) if row.partition("\t")[2].strip()), default=0)
    return rows[: last + 1]


def _header_and_body(text: str) -> tuple[list[str], list[str], str]:
    """Of each column the file of its recording and its name, and the rows below.

    Raises:
        MotionError: `unreadable`.
    """
    *lines, body = [*text.split("\n", HEADER_LINES), ""][: HEADER_LINES + 1]
    rows = [split_cells(line.rstrip("\r"), "\t") for line in lines]
    while not rows[-1][-1]:
        rows[-1].pop()
    width = len(rows[-1])
    if any(len(row) < width for row in rows):
        detail = "the rows of its header are not equally long; export the signals again"
        raise MotionError("unreadable", detail)
    sources, signals, _, _, components = (row[:width] for row in rows)
    pairs = zip(signals[1:], components[1:], strict=True)
    return sources, ["ITEM", *(f"{name}_{axis.lower()}" for name, axis in pairs)], body


def _is_angle(name: str) -> bool:
    return "angle" in name.lower()


def _check_single(sources: set[str]) -> None:
    if len(sources) > 1:
        some = ", ".join(sorted(sources)[:3])
        raise MotionError(
            "several_recordings",
            f"angles of {len(sources)} recordings side by side ({some}): import_session.py makes a file of "
            "each, or export each alone",
        )
