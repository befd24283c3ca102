"""Joint angles that a model (Plug-in Gait) wrote into a `.c3d` file as points, else the points.

The pure Python package `c3d` reads them: a damaged file ends in an exception, whereas the compiled
`ezc3d` ended the whole process on one damaged file in ten (docs/cohort.md).
"""

import io
from pathlib import Path

import c3d
import numpy as np

from biomechgpt.recordings.overrides import LENGTH_UNITS
from biomechgpt.recordings.readers.c3d_parameters import with_single_parameters
from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion
from biomechgpt.recordings.readers.several import of_single_subject

UNITS = {"deg": "deg", "degrees": "deg", "degree": "deg", "rad": "rad", "radians": "rad"}

NO_POINTS = (
    "the C3D file holds neither joint angles nor points; run the gait model (e.g. Plug-in Gait) and "
    "export its output angles"
)
ROTATIONS_ONLY = (
    "the C3D file holds rotation matrices of segments, as Theia writes them, and no joint angles; "
    "compute the angles in Visual3D or OpenSim and export those"
)


def read_c3d(path: Path) -> RawMotion:
    """Read the points whose label says angle, as columns `{label}_x`, `_y`, `_z`.

    Without such points all of them are read, with their unit of length behind the name. Points that
    the file marks as invalid are NaN. A subject's name before a colon is dropped.

    Raises:
        MotionError: `unreadable`, `one_row`, `several_recordings` for two subjects, or `not_motion`
            where no point is present or only rotation matrices.
    """
    content, notes = path.read_bytes(), []
    try:
        if single := with_single_parameters(content):
            content, notes = single, [Note("duplicate_parameters", "the first of each is kept")]
        reader = c3d.Reader(io.BytesIO(content))
        labels = _labels(reader)
        indices = {i: n for i, n in labels.items() if "angle" in n.lower()} or labels
        # Without a point a frame has no bytes, and a file may claim four thousand million.
        frames = reader.read_frames(copy=False) if indices else []
        points = [frame[list(indices), :4] for _, frame, _ in frames]
        unit, rate_hz = _text(reader, "POINT:ANGLE_UNITS"), float(reader.point_rate)
        length_unit = _text(reader, "POINT:UNITS").strip().lower()
        has_rotations = reader.get("ROTATION") is not None
    except Exception as error:  # the parser meets foreign bytes with whatever exception it likes
        raise MotionError("unreadable", f"no C3D file that can be read: {error!r}") from error
    if indices is labels and has_rotations:
        raise MotionError("not_motion", ROTATIONS_ONLY)
    if not indices:
        raise MotionError("not_motion", NO_POINTS)
    if len(points) < 2:
        raise MotionError("one_row", "a motion needs at least two frames")
    unit_ending = f"_{length_unit}" if indices is labels and length_unit in LENGTH_UNITS else ""
    columns = of_single_subject(
        _columns(list(indices.values()), np.array(points, dtype=np.float64), unit_ending)
    )
    time_s = np.arange(len(points)) / rate_hz if rate_hz > 0 else None
    return RawMotion(time_s, columns, UNITS.get(unit.strip().lower()), notes)


def _labels(reader: c3d.Reader) -> dict[int, str]:
    """Index of a point -> its label; labels beyond the 255th stand in LABELS2 ..."""
    labels: list[str] = []
    for number in ("", *range(2, 100)):
        if (parameter := reader.get(f"POINT:LABELS{number}")) is None:
            break
        labels += [str(label) for label in parameter.string_array]
    return {i: label.strip() for i, label in enumerate(labels) if i < reader.point_used}


def _text(reader: c3d.Reader, key: str) -> str:
    parameter = reader.get(key)
    return "" if parameter is None else parameter.string_value


def _columns(names: list[str], points: np.ndarray, ending: str) -> dict[str, np.ndarray]:
    """Columns from points (T, K, 4), the last of the four below zero where invalid."""
    points[points[:, :, 3] < 0] = np.nan
    columns: dict[str, np.ndarray] = {}
    for index, name in enumerate(names):
        for axis, letter in enumerate("xyz"):
            columns.setdefault(f"{name}_{letter}{ending}", points[:, index, axis])
    return columns
