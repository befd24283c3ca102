"""Bring decoded joint angles to what a body can do: ranges of joints, and how fast they turn."""

from itertools import pairwise

import numpy as np

from biomechgpt.body.coordinates import JOINTS

LOW_RAD, HIGH_RAD = np.array([(joint.low_rad, joint.high_rad) for joint in JOINTS]).T
SOFT_RAD = np.radians(3.0)  # before the end of its range a joint is slowed down over so much
FASTEST_RAD_S = np.radians(2000.0)


def outside_range(angles_rad: np.ndarray) -> np.ndarray:
    """Where joint angles (T, 34) leave the ranges of the model (T, 34) bool."""
    return (angles_rad < LOW_RAD) | (angles_rad > HIGH_RAD)


def too_fast(
    angles_rad: np.ndarray, joint_speeds_rad_s: np.ndarray, frame_rate_hz: float
) -> np.ndarray:
    """Between which frames a joint turns faster than its limit (T - 1, 34) bool."""
    return np.abs(np.diff(angles_rad, axis=0)) * frame_rate_hz > _limits(joint_speeds_rad_s)


def into_range(angles_rad: np.ndarray) -> np.ndarray:
    """Angles (T, 34) in rad, within the ranges of the model.

    What lies further inside than `SOFT_RAD` stays as it is; beyond, the way to the end of the range is
    bent by a hyperbolic tangent, so that no joint stops at once.
    """
    inner_low, inner_high = LOW_RAD + SOFT_RAD, HIGH_RAD - SOFT_RAD
    below = inner_low - SOFT_RAD * np.tanh((inner_low - angles_rad) / SOFT_RAD)
    above = inner_high + SOFT_RAD * np.tanh((angles_rad - inner_high) / SOFT_RAD)
    bent = np.where(angles_rad < inner_low, below, angles_rad)
    return np.where(angles_rad > inner_high, above, bent)


def slowed(
    angles_rad: np.ndarray, joint_speeds_rad_s: np.ndarray, frame_rate_hz: float
) -> np.ndarray:
    """Angles (T, 34) in rad of which no joint turns faster than its limit (34,) in rad/s.

    Half of it follows the movement forward in time and half backward, so that nothing lags.
    """
    step_rad = _limits(joint_speeds_rad_s) / frame_rate_hz
    return 0.5 * (_follow(angles_rad, step_rad) + _follow(angles_rad[::-1], step_rad)[::-1])


def _limits(joint_speeds_rad_s: np.ndarray) -> np.ndarray:
    return np.minimum(joint_speeds_rad_s, FASTEST_RAD_S)


def _follow(angles_rad: np.ndarray, step_rad: np.ndarray) -> np.ndarray:
    """What follows `angles_rad` (T, J) with at most `step_rad` (J,) from frame to frame."""
    followed = np.array(angles_rad, float)
    for before, now in pairwise(followed):
        now[:] = before + np.clip(now - before, -step_rad, step_rad)
    return followed
