"""Small C3D files with the output angles of Plug-in Gait, as the package `c3d` writes them."""

import io

import c3d
import numpy as np

from tests.helpers.motion_files import gait

ANGLES = {"HipAngles": "hip_flexion", "KneeAngles": "knee_angle", "AnkleAngles": "ankle_angle"}


def walking_labels(subject: str = "") -> dict[str, np.ndarray]:
    """Label -> angles (T, 3) in degrees of both legs, under a subject's name."""
    columns = gait()
    return {
        f"{subject}{side.upper()}{label}": np.stack(
            [columns[f"{joint}_{side}"], columns[f"hip_adduction_{side}"], columns["arm_rot_r"]], 1
        )
        for side in "rl"
        for label, joint in ANGLES.items()
    }


def c3d_file(points: dict[str, np.ndarray], rate_hz: float = 100, add=lambda writer: None) -> bytes:
    """A file of points (T, 3); `add` may put more into its parameters."""
    writer = c3d.Writer(point_rate=rate_hz)
    for frame in np.stack(list(points.values()), axis=1):  # (points, 3)
        cells = np.zeros((len(points), 5), np.float32)
        cells[:, :3] = frame
        writer.add_frames([(cells, np.zeros((1, 0)))])
    writer.set_point_labels(list(points))
    writer.point_group.set_str("ANGLE_UNITS", "", "deg", 3)
    add(writer)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
