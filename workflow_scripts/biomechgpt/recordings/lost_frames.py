"""Frames in which a tracker had lost the body: all zero, or a copy of the frame before."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.recordings.readers import Note

LOST_RUN = 2  # copies in a row; single ones are how exporters pad the end of a recording
LOST_SHARE = 0.05  # of the frames; more single copies are a recording at a lower rate


def lost_frames(joints: Mapping[str, np.ndarray]) -> np.ndarray:
    """The frames (T,) bool of joint angles or coordinates, in any unit, that hold no measurement.

    In a lost frame all of them, or all angles of one leg, are exactly 0, or all equal the frame
    before. Recordings rounded so coarsely that most stay the same from frame to frame have none:
    in them a body that stands still repeats itself.
    """
    moving = {
        name: column
        for name, column in joints.items()
        if np.nanmax(column, initial=-np.inf) != np.nanmin(column, initial=np.inf)
    }
    lost = np.zeros(len(next(iter(joints.values()))), bool)
    if not moving:
        return lost
    angles = np.stack(list(moving.values()), axis=1)  # (T, J)
    # A joint that is missing in both frames is as frozen as the others.
    changed = (np.diff(np.nan_to_num(angles), axis=0) != 0).mean(axis=1)  # (T - 1,) share of joints
    if np.median(changed[changed > 0]) <= 0.5:
        return lost
    copies = np.concatenate([[False], changed == 0]) & np.isfinite(angles).any(axis=1)
    return _zero(moving) | (copies if copies.mean() > LOST_SHARE else _in_runs(copies))


def _zero(moving: Mapping[str, np.ndarray]) -> np.ndarray:
    """Frames (T,) in which everything, or everything of one leg, is exactly 0."""
    legs = [
        [
            c
            for n, c in moving.items()
            if n.startswith(("hip", "knee", "ankle")) and n.endswith(side)
        ]
        for side in ("_r", "_l")
    ]
    groups = [leg for leg in legs if len(leg) > 2] or [list(moving.values())]
    return np.any([np.all([column == 0 for column in group], axis=0) for group in groups], axis=0)


def _in_runs(copies: np.ndarray) -> np.ndarray:
    """Those of the copies (T,) that stand beside another one."""
    beside = copies[1:] & copies[:-1]
    return np.concatenate([[False], beside]) | np.concatenate([beside, [False]])


def note_lost(lost: np.ndarray) -> list[Note]:
    """The note on a recording with lost frames (T,) bool."""
    detail = f"{int(lost.sum())} of {len(lost)} frames are zero or copies of the frame before them"
    return [Note("lost_frames", f"{detail}, and were taken as missing")] if lost.any() else []
