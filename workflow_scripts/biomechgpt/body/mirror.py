"""A movement in the mirror, with right and left exchanged."""

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES


def _other_side(name: str) -> str:
    return name[:-1] + {"r": "l", "l": "r"}[name[-1]] if name.endswith(("_r", "_l")) else name


SOURCES = [JOINT_NAMES.index(_other_side(name)) for name in JOINT_NAMES]
# Of the limbs the model mirrors the axes themselves.
TURNED = ("lumbar_bending", "lumbar_rotation", "neck_bending", "neck_rotation")
SIGNS = np.array([-1 if name in TURNED else 1 for name in JOINT_NAMES], np.float32)


def mirrored(joint_angles_rad: np.ndarray) -> np.ndarray:
    """Joint angles (T, J) with left and right exchanged; a joint that is missing (NaN) stays so."""
    return joint_angles_rad[:, SOURCES] * SIGNS
