"""Frames in which no body could be: a leg that the tracker threw about, a pose put before the movement."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import binary_dilation

from biomechgpt.recordings.plausibility import FAST_RAD_S, beyond_reach
from biomechgpt.recordings.readers import Note

FIRST_TO_JUMP = ("hip_flexion", "knee_angle", "arm_add")
LEG_ANGLES = ("hip_flexion", "hip_adduction", "knee_angle", "ankle_angle")
LOST_SHARE = 0.25  # of the frames
LOST_MARGIN_S = 0.1  # before and after, into which the smoothing has spread them


def drop_start_pose(
    angles_rad: Mapping[str, np.ndarray], time_s: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Turn a first frame that the others do not follow from, such as a T-pose, into a gap."""
    names = [name for name in angles_rad if name.startswith(FIRST_TO_JUMP)]
    steps = [np.abs(np.diff(angles_rad[name])) / np.diff(time_s) for name in names]
    fast = np.nanmax(steps, axis=0) > FAST_RAD_S
    if not fast[0] or fast[1:].any():
        return dict(angles_rad), []
    kept = {name: np.concatenate([[np.nan], column[1:]]) for name, column in angles_rad.items()}
    return kept, [Note("start_pose", "the first frame is a pose of its own and was left out")]


def drop_lost_legs(
    angles_rad: Mapping[str, np.ndarray], time_s: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Turn a leg's angles into gaps while its hip or knee bends as no body can.

    Trackers that lose a leg throw it about. Where that is a large part of the recording, the angles
    stay as they are: a check of the whole recording refuses it.
    """
    kept, lost = dict(angles_rad), []
    margin = max(1, round(LOST_MARGIN_S / float(np.median(np.diff(time_s)))))
    for side in "rl":
        wild = beyond_reach(angles_rad, (f"hip_flexion_{side}", f"knee_angle_{side}"))
        if not 0 < wild.mean() <= LOST_SHARE:
            continue
        wild = binary_dilation(wild, iterations=margin)
        for name in set(angles_rad) & {f"{joint}_{side}" for joint in LEG_ANGLES}:
            kept[name] = np.where(wild, np.nan, angles_rad[name])
        lost.append(f"{'right' if side == 'r' else 'left'} {wild.sum()}")
    detail = f"frames in which a leg bends as no body can, taken as missing: {', '.join(lost)}"
    return kept, [Note("lost_leg", detail)] if lost else []
