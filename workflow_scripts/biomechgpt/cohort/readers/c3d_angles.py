"""Joint angles that a model (Plug-in Gait) wrote into a `.c3d` file as points."""

from pathlib import Path

import ezc3d
import numpy as np

from biomechgpt.cohort.readers.raw import RawMotion, Rejected

UNITS = {"deg": "deg", "degrees": "deg", "degree": "deg", "rad": "rad", "radians": "rad"}


def read_c3d(path: Path) -> RawMotion:
    """Read the points whose label speaks of angles, as columns `{label}_x`, `_y`, `_z`.

    Points that the file marks as invalid are NaN. A subject's name before a colon is dropped.

    Raises:
        Rejected: `unreadable`, `one_row`, or `not_motion` where only markers are present.
    """
    try:
        file = ezc3d.c3d(str(path))
        parameters = file["parameters"]["POINT"]
        points = file["data"]["points"]  # (4, points, T)
        residuals = file["data"]["meta_points"]["residuals"][0]  # (points, T)
        rate_hz = float(file["header"]["points"]["frame_rate"])
    except (OSError, RuntimeError, ValueError, KeyError, IndexError, MemoryError) as error:
        raise Rejected("unreadable", f"no C3D file that can be read: {error}") from error
    columns = _angle_columns(_labels(parameters), points, residuals)
    if not columns:
        raise Rejected(
            "not_motion",
            "the C3D file holds no joint angles, only markers or forces; run the gait model "
            "(e.g. Plug-in Gait) and export its output angles",
        )
    if points.shape[2] < 2:
        raise Rejected("one_row", "a motion needs at least two frames")
    unit = (parameters.get("ANGLE_UNITS", {}).get("value") or [""])[0].strip().lower()
    time_s = np.arange(points.shape[2]) / rate_hz if rate_hz > 0 else None
    return RawMotion(time_s, columns, UNITS.get(unit), [])


def _labels(parameters: dict) -> list[str]:
    """Labels beyond the 255th stand in LABELS2, LABELS3, ..."""
    numbered = ["LABELS", *(f"LABELS{i}" for i in range(2, 100))]
    return [label for key in numbered for label in parameters.get(key, {}).get("value", [])]


def _angle_columns(
    labels: list[str], points: np.ndarray, residuals: np.ndarray
) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {}
    for index, label in enumerate(labels[: points.shape[1]]):
        if "angle" not in label.lower():
            continue
        name = label.rsplit(":", 1)[-1].strip()
        values = np.where(residuals[index] < 0, np.nan, points[:3, index])  # (3, T)
        for axis, row in zip("xyz", values, strict=True):
            columns.setdefault(f"{name}_{axis}", row.astype(np.float64))
    return columns
