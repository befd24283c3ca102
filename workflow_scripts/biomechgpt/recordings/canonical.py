"""From angles in radians to the 41 coordinates: jumps, ends and the pelvis."""

from collections.abc import Mapping

import numpy as np
from scipy.spatial.transform import Rotation

from biomechgpt.body.coordinates import (
    COORDINATE_NAMES,
    JOINT_NAMES,
    JOINTS,
    LEG_JOINTS,
    PELVIS_POSITION,
)
from biomechgpt.recordings.coordinate_maps import PELVIS_ANGLES
from biomechgpt.recordings.readers import Note

CENTRES_RAD = {joint.name: (joint.low_rad + joint.high_rad) / 2 for joint in JOINTS}
SPIKE_RAD = 4 * np.pi
SPIKE_SHARE = 0.05  # of the frames
FLOAT32_LIMIT = float(np.finfo(np.float32).max)


def drop_spikes(values: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Turn values that are no angles into gaps: too large for 32 bits, or beyond two turns (-9999).

    A column with many different values beyond two turns stays as it is: its unit is wrong, and the
    range check says so.
    """
    cleaned, spiky = {}, []
    for name, column in values.items():
        endless = np.abs(column) > FLOAT32_LIMIT
        wild = endless.copy()
        if name not in PELVIS_POSITION:
            wild |= np.abs(column) > SPIKE_RAD
        one_value = wild.any() and np.ptp(column[wild]) == 0  # a sentinel, however often
        if 0 < wild.sum() <= SPIKE_SHARE * len(column) or endless.any() or one_value:
            column = np.where(wild, np.nan, column)
            spiky.append(f"{name} ({wild.sum()})")
        cleaned[name] = column
    detail = f"values that cannot be angles were taken as missing: {', '.join(spiky)}"
    return cleaned, [Note("spikes", detail)] if spiky else []


def unwrap(angle_rad: np.ndarray, centre_rad: float = 0.0) -> np.ndarray:
    """Undo jumps of a whole turn in (T,), also across gaps, and bring the median near a centre."""
    known = np.isfinite(angle_rad)
    if not known.any():
        return angle_rad
    unwrapped = angle_rad.copy()
    unwrapped[known] = np.unwrap(angle_rad[known])
    turns = np.round((np.median(unwrapped[known]) - centre_rad) / (2 * np.pi))
    return unwrapped - 2 * np.pi * turns


def unwrap_joints(values: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Unwrap all rotations of a trial, with one note that names the joints that jumped."""
    unwrapped, jumped = {}, []
    for name, column in values.items():
        unwrapped[name] = (
            column if name in PELVIS_POSITION else unwrap(column, CENTRES_RAD.get(name, 0.0))
        )
        if name in JOINT_NAMES and np.nanmax(np.abs(unwrapped[name] - column)) > np.pi:
            jumped.append(name)
    detail = f"jumps of a whole turn were undone in {', '.join(jumped)}"
    return unwrapped, [Note("wrap_jump", detail)] if jumped else []


def common_span(values: dict[str, np.ndarray]) -> tuple[slice, list[str]]:
    """The frames between which all coordinates are there, and the coordinates left out.

    A coordinate outside the legs that covers less than half of what the legs cover is left out
    and does not shorten the trial; nor does the pelvis, which is not tokenised.
    """
    spans = {name: _span(column) for name, column in values.items()}
    legs = [spans[name] for name in spans if name in LEG_JOINTS and spans[name] is not None]
    if not legs:
        return slice(0, 0), []
    start, stop = max(s for s, _ in legs), min(e for _, e in legs)
    half = (stop - start) / 2
    left_out = [
        n for n, s in spans.items() if n not in LEG_JOINTS and _overlap(s, start, stop) < half
    ]
    kept = [s for n, s in spans.items() if n in JOINT_NAMES and s is not None and n not in left_out]
    return slice(max(s for s, _ in kept), min(e for _, e in kept)), left_out


def _span(column: np.ndarray) -> tuple[int, int] | None:
    known = np.flatnonzero(np.isfinite(column))
    return (int(known[0]), int(known[-1]) + 1) if len(known) else None


def _overlap(span: tuple[int, int] | None, start: int, stop: int) -> int:
    return 0 if span is None else min(span[1], stop) - max(span[0], start)


def pelvis_quaternion(
    tilt_rad: np.ndarray, list_rad: np.ndarray, rotation_rad: np.ndarray
) -> np.ndarray:
    """Unit quaternions (T, 4), w x y z, of OpenSim's pelvis: turns about z, x, y, body-fixed.

    The sign is such that neighbouring frames are close.
    """
    turns_rad = np.stack([tilt_rad, list_rad, rotation_rad], axis=1)
    quaternion = Rotation.from_euler("ZXY", turns_rad).as_quat(scalar_first=True)
    dots = np.sum(quaternion[1:] * quaternion[:-1], axis=1)
    flips = np.cumprod(np.concatenate([[1.0], np.where(dots < 0, -1.0, 1.0)]))
    return quaternion * flips[:, None]


def assemble(values: Mapping[str, np.ndarray], n_frames: int) -> np.ndarray:
    """Frames (T, 41) in the order of COORDINATE_NAMES; what the source lacks is NaN."""
    frames = np.full((n_frames, len(COORDINATE_NAMES)), np.nan)
    for index, name in enumerate(COORDINATE_NAMES):
        if name in values:
            frames[:, index] = values[name]
    if all(name in values for name in PELVIS_ANGLES):
        first = COORDINATE_NAMES.index("pelvis_qw")
        frames[:, first : first + 4] = pelvis_quaternion(*(values[n] for n in PELVIS_ANGLES))
    return frames
