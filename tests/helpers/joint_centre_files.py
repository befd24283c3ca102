"""Joint centres of movements whose angles are known, by the body's own forward kinematics."""

import numpy as np
import yaml

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.kinematics import body_positions, pelvis_rotation
from biomechgpt.recordings.joint_centres.layouts import read_skeletons
from tests.helpers.motion_files import SKELETONS

# Of trackers; conventions of skeleton files are in moving_skeletons.py.
LAYOUTS = {item.name: item for item in read_skeletons(SKELETONS) if not item.only_by_name}
POINT_NAMES = {path.stem: yaml.safe_load(path.read_text())["points"] for path in SKELETONS}
SPINE_M, TRUNK_M = 0.33, 0.3  # hips to the spine's point, from there to the top of the trunk


def walk(rate_hz: float = 60, n_frames: int = 240, tilt_deg: float = 0.0) -> tuple:
    """A walk with both sides different: pelvis (T, 3) m and (T, 3, 3), angles (T, 34) rad."""
    time_s = np.arange(n_frames) / rate_hz
    cycle = 2 * np.pi * time_s
    angles_deg = dict.fromkeys(JOINT_NAMES, np.zeros(n_frames))
    for side, shift, larger in (("r", 0.0, 1.0), ("l", np.pi, 0.7)):
        phase = cycle + shift
        angles_deg |= {
            f"hip_flexion_{side}": 8 + 20 * larger * np.sin(phase),
            f"hip_adduction_{side}": 2 + 5 * np.sin(phase + 1),
            f"hip_rotation_{side}": -2 + 8 * np.sin(phase + 2),
            f"knee_angle_{side}": -30 - 26 * larger * np.sin(phase + 0.5),
            f"ankle_angle_{side}": 2 + 12 * np.sin(phase + 2.5),
            f"subtalar_angle_{side}": 2 + 4 * np.sin(phase),
            f"arm_flex_{side}": 4 - 20 * larger * np.sin(phase),
            f"arm_add_{side}": -8 + 4 * np.sin(phase),
            f"arm_rot_{side}": 4 + 6 * np.sin(phase),
            f"elbow_flex_{side}": 40 + 20 * larger * np.sin(phase),
        }
    angles_deg["lumbar_extension"] = -12 + 4 * np.sin(2 * cycle)
    angles_deg["lumbar_bending"] = 4 * np.sin(cycle)
    angles_deg["lumbar_rotation"] = 8 * np.sin(cycle + 1)
    pelvis_m = np.stack([1.2 * time_s, np.full(n_frames, 0.95), 0 * time_s], axis=1)
    turns = [np.full(n_frames, tilt_deg), 3 * np.sin(cycle), 4 * np.cos(cycle)]
    orientation = pelvis_rotation(*np.radians(turns))
    return pelvis_m, orientation, np.radians(np.stack(list(angles_deg.values()), axis=1))


def joint_centres(layout: str, pelvis_m, orientation, angles_rad, scale: float = 1.0) -> dict:
    """Points (T, 3) in m of all names of a layout; those that are no joint centres lie in the head.

    The spine's point of a layout lies where its map says, and the trunk goes on from there.
    """
    marks = body_positions(pelvis_m, orientation, angles_rad, scale)
    trunk = marks["neck"] - marks["lumbar"]
    lean = LAYOUTS[layout].spine_lean_rad
    along = np.array([-np.sin(lean), np.cos(lean), 0.0])
    marks["lumbar"] = (marks["hip_r"] + marks["hip_l"]) / 2 + SPINE_M * scale * orientation @ along
    marks["thorax"] = marks["lumbar"] + TRUNK_M * scale * _unit(trunk)
    points = dict.fromkeys(LAYOUTS[layout].points, marks["head"])
    for landmark, names in LAYOUTS[layout].landmarks.items():
        for name, aside in zip(names, np.linspace(-0.03, 0.03, len(names) + 2)[1:-1], strict=True):
            points[name] = marks[landmark] + aside * orientation[:, :, 2]
    plain = dict(zip(LAYOUTS[layout].points, POINT_NAMES[layout], strict=True))
    return {plain[name]: points[name] for name in LAYOUTS[layout].points}


def _unit(direction: np.ndarray) -> np.ndarray:
    return direction / np.linalg.norm(direction, axis=1, keepdims=True)


def csv_of(points: dict, time_s: np.ndarray | None, factor: float = 1.0, unit: str = "") -> str:
    """A table of points (T, 3), columns `{point}_x{unit}`, numbers multiplied by `factor`."""
    names = ["time"] if time_s is not None else []
    names += [f"{name}_{axis}{unit}" for name in points for axis in "xyz"]
    values = [time_s[:, None]] if time_s is not None else []
    rows = np.concatenate([*values, *(factor * p for p in points.values())], axis=1)
    return "\n".join([",".join(names), *(",".join(f"{v:.9g}" for v in row) for row in rows)]) + "\n"


def trc_of(points: dict, time_s: np.ndarray) -> str:
    """A `.trc` file of points (T, 3) in m, written in millimetres."""
    head = ["PathFileType\t4\t(X/Y/Z)\ta.trc", "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits"]
    head += [f"60\t60\t{len(time_s)}\t{len(points)}\tmm"]
    head += ["Frame#\tTime\t" + "\t\t\t".join(points), "\t\tX1", ""]
    values = 1000 * np.concatenate(list(points.values()), axis=1)
    rows = [
        "\t".join([str(i + 1), f"{time_s[i]:.5f}", *(f"{v:.4f}" for v in row)])
        for i, row in enumerate(values)
    ]
    return "\n".join([*head, *rows, ""])
