"""Synthetic movements as OpenSim motion files, which say in their header what they are."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.recordings.opensim_writer import DECIMALS, motion_header
from biomechgpt.synthesis.stance import anchored_path

PELVIS_ANGLES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
MADE_UP = (
    "SYNTHETIC: nobody moved like this, it was generated.",
    "The pelvis is made up: upright, and moved so that the foot that carries the weight stays where it is.",
    "Body size is that of a model of 1.75 m.",
)


def write_synthetic_motion(
    path: Path, angles_rad: np.ndarray, frame_rate_hz: float, remarks: Sequence[str]
) -> None:
    """Write a `.mot` file of angles (T, 34) in rad, with the path of the pelvis in m.

    `remarks` are further lines of the header, without "=".
    """
    time_s = np.arange(len(angles_rad)) / frame_rate_hz
    upright = np.zeros((len(angles_rad), len(PELVIS_ANGLES)))
    pelvis_m = anchored_path(angles_rad, frame_rate_hz).position_m
    table = np.column_stack([time_s, upright, pelvis_m, np.rad2deg(angles_rad.astype(float))])
    names = ("time", *PELVIS_ANGLES, *PELVIS_POSITION, *JOINT_NAMES)
    header = motion_header(*table.shape, "\n".join([*MADE_UP, *remarks]))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(header + "\t".join(names) + "\n")
        np.savetxt(
            file, table + 0.0, fmt=f"%.{DECIMALS}f", delimiter="\t"
        )  # no minus before a zero
