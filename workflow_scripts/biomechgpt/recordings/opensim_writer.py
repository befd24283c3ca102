"""OpenSim motion files, with the header that OpenSim itself writes."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

HEADER = """Coordinates
version=1
nRows={rows}
nColumns={columns}
inDegrees=yes

Units are S.I. units (second, meters, Newtons, ...)
If the header above contains a line with 'inDegrees', this indicates whether rotational values are in \
degrees (yes) or radians (no).
{remarks}
endheader
"""
DECIMALS = 8  # of every number, as OpenSim writes them


def motion_header(n_rows: int, n_columns: int, remarks: str = "") -> str:
    """All lines up to `endheader`; `remarks` are further lines of description, without "="."""
    ended = f"{remarks}\n" if remarks else ""
    return HEADER.format(rows=n_rows, columns=n_columns, remarks=ended)


def write_joint_angles(
    path: Path, angles_rad: Mapping[str, np.ndarray], frame_rate_hz: float, remarks: str = ""
) -> None:
    """Write a `.mot` file in degrees; `angles_rad` is (T,) by name of the coordinate, in order.

    The time starts at 0. Coordinates that are not named keep the value that a model has for them
    when OpenSim opens the file.
    """
    columns = np.stack([np.asarray(values, np.float64) for values in angles_rad.values()], axis=1)
    time_s = np.arange(len(columns)) / frame_rate_hz
    table = np.column_stack([time_s, np.rad2deg(columns)]) + 0.0  # no minus before a zero
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(motion_header(*table.shape, remarks))
        file.write("\t".join(["time", *angles_rad]) + "\n")
        np.savetxt(file, table, fmt=f"%.{DECIMALS}f", delimiter="\t")
