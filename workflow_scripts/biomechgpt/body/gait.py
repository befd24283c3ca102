"""Cadence, walking speed and steps, measured on joint angles alone: no pelvis, no training.

The pelvis is taken to be upright and to face forward, and the body to be of model size
(`MODEL_HEIGHT_M`), since joint angles tell neither: a tall person's speed comes out too low in
proportion.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.kinematics import leg_positions

STRIDES_HZ = (0.2, 2.0)  # from a frail person with a walker to a sprint
MIN_SWING_RAD = np.deg2rad(5.0)  # legs that swing less do not walk
# Label columns that are also fields of `Gait`, with their units.
MEASURED_UNITS = {"cadence_steps_min": "steps/min", "walking_speed_m_s": "m/s"}
NEEDED = [
    JOINT_NAMES.index(f"{name}_{side}") for side in "rl" for name in ("hip_flexion", "knee_angle")
]


class Gait(NamedTuple):
    """Measures of one trial, all NaN where the legs do not swing or are not recorded."""

    cadence_steps_min: float
    walking_speed_m_s: float
    step_length_m: float
    step_width_m: float
    step_length_asymmetry: float  # (right - left) / (right + left), by the foot in front
    rhythm: float  # share of the movement of the legs that is at the stride's frequency
    moving_share: float  # share of the trial in which the legs swing


NO_GAIT = Gait(*[np.nan] * len(Gait._fields))


def measure_gait(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> Gait:
    """Gait of a trial from its (T, 34) angles in rad in the order of `JOINT_NAMES`."""
    if np.isnan(joint_angles_rad[:, NEEDED]).any():
        return NO_GAIT
    swing = _leg_swing(joint_angles_rad, frame_rate_hz)
    moving = _moving(swing, frame_rate_hz)
    if np.ptp(swing[moving]) < MIN_SWING_RAD:
        return NO_GAIT
    steady = np.where(moving, swing - swing[moving].mean(), 0.0)
    cadence, rhythm = _cadence(steady, frame_rate_hz)
    points = feet_positions(joint_angles_rad)
    speed = float(_forward_speed(points, frame_rate_hz)[moving].mean())
    ahead = (points["ankle_r"] - points["ankle_l"])[moving]  # (T', 3)
    right, left = np.quantile(ahead[:, 0], 0.95), -np.quantile(ahead[:, 0], 0.05)
    return Gait(
        cadence,
        speed,
        60.0 * speed / cadence,
        float(ahead[:, 2].mean()),
        float((right - left) / max(right + left, 0.05)),
        rhythm,
        float(moving.mean()),
    )


def _leg_swing(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> np.ndarray:
    """Flexion of the right hip minus that of the left (T,) in rad, high-pass filtered."""
    right, left = (joint_angles_rad[:, JOINT_NAMES.index(f"hip_flexion_{s}")] for s in "rl")
    difference = (right - left).astype(float)
    slow = uniform_filter1d(difference, _frames(3.0, frame_rate_hz), mode="nearest")
    return difference - slow


def _moving(swing: np.ndarray, frame_rate_hz: float) -> np.ndarray:
    """The frames (T,) bool in which the legs swing about as fast as usual in this trial."""
    velocity = np.gradient(uniform_filter1d(swing, _frames(0.1, frame_rate_hz)))
    power = uniform_filter1d(np.square(velocity), _frames(1.0, frame_rate_hz))
    energy = np.sqrt(power.clip(min=0))  # a running sum may end just below zero
    return energy >= 0.5 * np.quantile(energy, 0.9)


def _cadence(swing: np.ndarray, frame_rate_hz: float) -> tuple[float, float]:
    """Steps a minute, two a stride, and the share of the power around the stride's frequency."""
    n_points = 2 ** int(np.ceil(np.log2(max(len(swing), 8 * 60 * frame_rate_hz))))
    frequency_hz = np.fft.rfftfreq(n_points, 1 / frame_rate_hz)
    power = np.abs(np.fft.rfft(swing, n_points)) ** 2
    allowed = (frequency_hz >= STRIDES_HZ[0]) & (frequency_hz <= STRIDES_HZ[1])
    stride_hz = frequency_hz[allowed][power[allowed].argmax()]
    near = np.abs(frequency_hz - stride_hz) < 0.25 * stride_hz
    return 120.0 * float(stride_hz), float(power[near].sum() / power.sum())


def feet_positions(joint_angles_rad: np.ndarray) -> dict[str, np.ndarray]:
    """Positions (T, 3) in m of the points of both legs, seen from an upright pelvis."""
    upright = np.broadcast_to(np.eye(3), (len(joint_angles_rad), 3, 3))
    return leg_positions(np.zeros((len(upright), 3)), upright, np.nan_to_num(joint_angles_rad))


def _forward_speed(points: dict[str, np.ndarray], frame_rate_hz: float) -> np.ndarray:
    """Speed (T,) in m/s at which the pelvis passes over the stance foot.

    The lower end of a foot, heel or toe, is its contact; the stance foot is that whose contact moves
    backward faster, as long as a foot is on the ground.
    """
    backward = []
    for side in "rl":
        heel, toe = points[f"heel_{side}"], points[f"toe_{side}"]
        velocity = np.where(
            heel[:, 1] <= toe[:, 1], np.gradient(heel[:, 0]), np.gradient(toe[:, 0])
        )
        backward.append(-uniform_filter1d(velocity, _frames(0.1, frame_rate_hz)))
    return np.maximum(*backward) * frame_rate_hz


def _frames(seconds: float, frame_rate_hz: float) -> int:
    return max(1, round(seconds * frame_rate_hz))
