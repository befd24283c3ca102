"""Foot contacts and swing of a walking trial, read from its joint angles alone."""

import numpy as np
from scipy.signal import find_peaks

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.gait import feet_positions

SHORTEST_STRIDE_S = 0.4
MIN_STEP_M = 0.05  # that a heel must swing forward and back to count as a step
MIN_SWING_DEG = 10.0  # that a knee must bend and stretch to count as a swing


def contact_times_s(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, np.ndarray]:
    """Times in s at which each foot, `r` and `l`, meets the ground, of (T, 34) angles in rad.

    A heel is taken to land when it is farthest in front of the pelvis (Zeni et al. 2008), between
    frames by a parabola.
    """
    points = feet_positions(joint_angles_rad)
    apart = max(1, round(SHORTEST_STRIDE_S * frame_rate_hz))
    times_s = {}
    for side in "rl":
        ahead_m = points[f"heel_{side}"][:, 0]
        peaks, _ = find_peaks(ahead_m, distance=apart, prominence=MIN_STEP_M)
        times_s[side] = (peaks + _vertex(ahead_m, peaks)) / frame_rate_hz
    return times_s


def _vertex(values: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Frames from each peak to the vertex of the parabola through it and its neighbours."""
    before, at, after = values[peaks - 1], values[peaks], values[peaks + 1]
    bend = before - 2 * at + after
    return np.where(bend < 0, 0.5 * (before - after) / np.minimum(bend, -1e-12), 0.0)


def swing_frames(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, np.ndarray]:
    """The frames of peak knee flexion in swing, `r` and `l`, of (T, 34) angles in rad."""
    apart = max(1, round(SHORTEST_STRIDE_S * frame_rate_hz))
    return {
        side: find_peaks(bent, distance=apart, prominence=MIN_SWING_DEG)[0]
        for side, bent in knee_flexion_deg(joint_angles_rad).items()
    }


def knee_flexion_deg(joint_angles_rad: np.ndarray) -> dict[str, np.ndarray]:
    """Flexion (T,) of each knee, `r` and `l`, in degrees; the model's angle has the opposite sign."""
    return {
        side: -np.rad2deg(
            joint_angles_rad[:, JOINT_NAMES.index(f"knee_angle_{side}")].astype(float)
        )
        for side in "rl"
    }
