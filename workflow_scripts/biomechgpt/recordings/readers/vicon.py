"""The ASCII export of Vicon Nexus and the results of pyCGM: labels, axes and units in rows of their own."""

import io
import re
from itertools import islice
from pathlib import Path

import numpy as np

from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion
from biomechgpt.recordings.readers.several import of_single_subject
from biomechgpt.recordings.readers.text_table import read_rows, split_cells

SECTIONS = ("devices", "joints", "model outputs", "segments", "trajectories", "events")
UNITS = {"deg": "deg", "rad": "rad"}
PYCGM_LABEL = re.compile(r"([RL]) (\w+)")


def is_nexus(beginning: str) -> bool:
    """Whether the beginning of a file is that of an ASCII export: a section's name, then a rate."""
    lines = [line.strip(",\t; \r\ufeff").lower() for line in beginning.split("\n")[:50]]
    lines = [line for line in lines if line]
    return len(lines) > 1 and lines[0] in SECTIONS


def read_nexus(path: Path) -> RawMotion:
    """Read the angles of the section `Model Outputs`, as columns `{label}_x`, `_y`, `_z`.

    Raises:
        MotionError: `not_motion` without that section or its angles, `several_recordings` for two
            subjects, `unreadable` or `one_row`.
    """
    section = _section(_lines(path))
    if section is None:
        raise MotionError(
            "not_motion",
            "an ASCII export of Vicon Nexus without the section Model Outputs, which holds the joint "
            "angles; run the gait model and tick Model Outputs as you export",
        )
    separator = next((s for s in ("\t", ";") if s in section[2]), ",")
    rate, labels, axes, units, *rows = section
    columns, time_frames, notes = _columns(labels, axes, rows, separator)
    spoken = {cell.lower() for cell in split_cells(units, separator)} & UNITS.keys()
    unit = UNITS[spoken.pop()] if len(spoken) == 1 else None
    rate_hz = _rate_hz(rate, separator)
    return RawMotion((time_frames - time_frames[0]) / rate_hz, columns, unit, notes)


def nexus_subject(path: Path) -> str | None:
    """The subject whose name stands before the labels of `Model Outputs`; None where none or two do."""
    lines = iter(_lines(path))
    for line in lines:
        if line.strip(",\t; ").lower() == "model outputs":
            labels = re.split(r"[,\t;]", next(islice(lines, 1, None), ""))  # below the rate
            subjects = {label.rpartition(":")[0].strip(' "') for label in labels if ":" in label}
            return subjects.pop() if len(subjects) == 1 else None
    return None


def _lines(path: Path) -> list[str]:
    return path.read_bytes().decode("utf-8-sig", errors="replace").splitlines()


def _section(lines: list[str]) -> list[str] | None:
    """Rate, labels, axes, units and rows of `Model Outputs`, up to the next blank line."""
    bare = [line.strip(",\t; ") for line in lines]
    start = next((i for i, text in enumerate(bare) if text.lower() == "model outputs"), None)
    if start is None:
        return None
    stop = next((i for i in range(start + 1, len(bare)) if not bare[i]), len(lines))
    if stop - start < 6:
        raise MotionError("one_row", "the section Model Outputs has no two rows of numbers")
    return lines[start + 1 : stop]


def _rate_hz(text: str, separator: str) -> float:
    cell = split_cells(text, separator)[0]
    try:
        rate_hz = float(cell.replace(",", "."))
    except ValueError:
        rate_hz = 0.0
    if not 0 < rate_hz < np.inf:
        raise MotionError("no_frame_rate", f"{cell!r} below Model Outputs is no frame rate")
    return rate_hz


def _columns(
    labels: str, axes: str, rows: list[str], separator: str
) -> tuple[dict[str, np.ndarray], np.ndarray, list[Note]]:
    """The columns of angles, the numbers of the frames (T,), and notes."""
    names = _names(split_cells(labels, separator), split_cells(axes, separator))
    table = read_rows(io.BytesIO("\n".join(rows).encode()), names, separator)
    frames = table.columns.get(names[0])
    if frames is None:
        raise MotionError("unreadable", "the section Model Outputs has no column of frames")
    columns = {name: column for name, column in table.columns.items() if "angle" in name.lower()}
    if not columns:
        raise MotionError(
            "not_motion",
            "the section Model Outputs holds no angles; export those of the gait model",
        )
    return of_single_subject(columns), frames, table.notes


def _names(labels: list[str], axes: list[str]) -> list[str]:
    """`{label}_{axis}` of each column; a label stands above the first of its columns only."""
    names, label = [], ""
    for index, axis in enumerate(axes):
        label = labels[index] if index < len(labels) and labels[index] else label
        names.append(f"{label}_{axis.lower()}" if label else axis)
    while names and names[-1].endswith("_"):
        names.pop()
    return names


def read_pycgm(path: Path) -> RawMotion:
    """Read results of pyCGM, whose header is commented out; angles get Plug-in Gait's labels.

    Raises:
        MotionError: `unreadable`, `one_row` or `not_motion`.
    """
    lines = _lines(path)
    header = [line.lstrip("# ") for line in lines if line.startswith("#")]
    rows = [line for line in lines if not line.startswith("#")]
    if len(header) < 2 or len(rows) < 2:
        raise MotionError("unreadable", "lines with # and no table behind them")
    labels = [PYCGM_LABEL.sub(r"\1\2Angles", cell) for cell in split_cells(header[-2], ",")]
    names = _names(labels, split_cells(header[-1], ","))
    table = read_rows(io.BytesIO("\n".join(rows).encode()), names, ",")
    columns = {name: column for name, column in table.columns.items() if "Angles_" in name}
    if not columns:
        raise MotionError("not_motion", "lines with # and no angles such as 'R Hip' below them")
    return RawMotion(None, columns, "deg", table.notes)
