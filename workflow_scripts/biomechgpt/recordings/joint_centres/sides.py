"""Left and right, exchanged in some frames or in all of them."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.body.inverse_kinematics import pelvis_axes
from biomechgpt.recordings.readers import MotionError, Note

# Trackers lose the sides of the whole body or of the legs alone.
GROUPS = (("hip", "shoulder"), ("knee", "ankle"), ("heel", "toe"), ("elbow", "wrist"))
NEARER = 0.5  # exchanged, the points must lie this much nearer to those of the frame before
LONGEST_STEP_S = 0.25  # over longer steps a walking leg takes the place of the other


def untangle_sides(
    landmarks_m: Mapping[str, np.ndarray], time_s: np.ndarray
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Undo exchanges of right and left by the tracker.

    Such frames begin and end with both sides jumping to each other's place. The sides of most
    frames are taken as right.
    """
    untangled, exchanged = dict(landmarks_m), []
    for group in GROUPS:
        names = [name for name in group if {f"{name}_r", f"{name}_l"} <= landmarks_m.keys()]
        frames = _exchanged_frames(landmarks_m, names, time_s) if names else np.zeros(0, bool)
        if not frames.any():
            continue
        exchanged.append(f"{', '.join(names)} in {frames.sum()} frames")
        for name in names:
            right, left = landmarks_m[f"{name}_r"], landmarks_m[f"{name}_l"]
            untangled[f"{name}_r"] = np.where(frames[:, None], left, right)
            untangled[f"{name}_l"] = np.where(frames[:, None], right, left)
    detail = f"right and left were exchanged and are set right: {'; '.join(exchanged)}"
    return untangled, [Note("sides_exchanged", detail)] if exchanged else []


def _exchanged_frames(
    landmarks_m: Mapping[str, np.ndarray], names: list[str], time_s: np.ndarray
) -> np.ndarray:
    """Frames (T,) bool in which the sides are not those of most frames."""
    right = np.stack([landmarks_m[f"{name}_r"] for name in names], axis=1)  # (T, n, 3)
    left = np.stack([landmarks_m[f"{name}_l"] for name in names], axis=1)
    known = np.flatnonzero(np.isfinite(right + left).all(axis=(1, 2)))
    right, left = right[known], left[known]
    same = _distance(right[1:], right[:-1]) + _distance(left[1:], left[:-1])
    crossed = _distance(right[1:], left[:-1]) + _distance(left[1:], right[:-1])
    jumps = (crossed < NEARER * same) & (np.diff(time_s[known]) < LONGEST_STEP_S)
    state = np.concatenate([[0], np.cumsum(jumps) % 2])[: len(known)].astype(bool)
    exchanged = np.zeros(len(time_s), bool)
    exchanged[known] = ~state if state.mean() > 0.5 else state
    return exchanged


def _distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.linalg.norm(first - second, axis=2).sum(axis=1)


def refuse_mirrored(landmarks_m: Mapping[str, np.ndarray], spine_lean_rad: float) -> None:
    """Refuse a body whose knees and feet point backwards: right is left, or the axes are mirrored.

    Raises:
        MotionError: `mirrored`.
    """
    forwards = pelvis_axes(landmarks_m, spine_lean_rad)[:, :, 0]
    pointing = np.zeros(len(forwards))
    for side in "rl":
        hip, knee, ankle = (landmarks_m[f"{name}_{side}"] for name in ("hip", "knee", "ankle"))
        share = (hip - knee) / 2 + (ankle - knee) / 2
        pointing = pointing - np.sum(share * forwards, axis=1)
        if f"toe_{side}" in landmarks_m:
            pointing = pointing + np.sum((landmarks_m[f"toe_{side}"] - ankle) * forwards, axis=1)
    if np.nanmedian(pointing) < 0:
        raise MotionError(
            "mirrored",
            "knees and feet point backwards: right and left are exchanged (exchange them in a "
            "skeleton map of your own) or the axes are left-handed (handedness: left in it)",
        )
