"""Periodic curves of the joints as Fourier coefficients, and what can be done with them.

A pattern is an array (C, 13): a row a channel, the mean, then cosine and sine of six harmonics in
turn. Channels of a leg or arm run on the phase of their own side, the others on that of the right.
"""

import numpy as np
from scipy.interpolate import CubicSpline

from biomechgpt.body.coordinates import JOINT_NAMES

CHANNELS = (*JOINT_NAMES, "pelvis_tilt", "pelvis_list", "pelvis_rotation")
INDEX = {name: i for i, name in enumerate(CHANNELS)}
LEFT = np.array([name.endswith("_l") for name in CHANNELS])
HARMONICS = 6
GRID = np.arange(64) / 64


def channels_of(joint: str) -> list[int]:
    """Indices of a joint named without side: both sides of a limb, or the only one of the trunk."""
    return [INDEX[n] for n in (joint, f"{joint}_r", f"{joint}_l") if n in INDEX]


def basis(phase: np.ndarray) -> np.ndarray:
    """Values (T, 13) of the constant, cosines and sines at `phase` (T,) in cycles."""
    turns = 2 * np.pi * np.outer(phase, np.arange(1, HARMONICS + 1))
    columns = np.stack([np.cos(turns), np.sin(turns)], axis=2).reshape(len(phase), -1)
    return np.concatenate([np.ones((len(phase), 1)), columns], axis=1)


def evaluate(pattern: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Angles (T, C) of a pattern (C, 13) at the right leg's phase (T,)."""
    angles = basis(phase) @ pattern.T
    angles[:, LEFT] = basis(phase + 0.5) @ pattern[LEFT].T
    return angles


def fit(values: np.ndarray) -> np.ndarray:
    """Coefficients (13,) of values (64,) on `GRID`."""
    spectrum = np.fft.rfft(values)[: HARMONICS + 1] / len(values)
    pairs = np.stack([2 * spectrum.real, -2 * spectrum.imag], axis=1)[1:]
    return np.concatenate([[spectrum[0].real], pairs.ravel()])


def bump(phase: float, width: float) -> np.ndarray:
    """Coefficients (13,) of a periodic bell of height 1 at `phase`, standard deviation `width`."""
    distance = (GRID - phase + 0.5) % 1 - 0.5
    return fit(np.exp(-0.5 * (distance / width) ** 2))


def through(points: dict[float, float]) -> np.ndarray:
    """Coefficients (13,) of a smooth periodic curve through `{phase: angle}`."""
    phases = sorted(points)
    knots = [*phases, phases[0] + 1]
    spline = CubicSpline(knots, [points[p] for p in [*phases, phases[0]]], bc_type="periodic")
    return fit(spline(np.where(phases[0] > GRID, GRID + 1, GRID)))


def curve(entry: dict) -> np.ndarray:
    """Coefficients (13,) of a curve as normal_gait.yaml writes it."""
    row = np.zeros(1 + 2 * HARMONICS)
    row[0] = entry["mean"]
    row[1 : 1 + 2 * len(entry["cos"]) : 2] = entry["cos"]
    row[2 : 2 + 2 * len(entry["sin"]) : 2] = entry["sin"]
    return row


def pattern_of(curves: dict) -> np.ndarray:
    """Pattern (C, 13) of normal_gait.yaml's `curves`, both sides alike."""
    pattern = np.zeros((len(CHANNELS), 1 + 2 * HARMONICS))
    for joint, entry in curves.items():
        pattern[channels_of(joint)] = curve(entry)
    return pattern


def pose_of(angles: dict) -> np.ndarray:
    """Pose (C,) of a `{joint: angle}` table, both sides alike."""
    pose = np.zeros(len(CHANNELS))
    for joint, angle in angles.items():
        pose[channels_of(joint)] = angle
    return pose


def scale_swing(pattern: np.ndarray, joint: str, gain: float) -> None:
    """Multiply in place all that moves in a joint, leaving its mean."""
    pattern[np.ix_(channels_of(joint), range(1, pattern.shape[1]))] *= gain
