"""A path for the pelvis, which tokens do not hold: the part of the feet that carries the weight stays put."""

from typing import NamedTuple

import numpy as np

from biomechgpt.body.gait import feet_positions

CONTACT_POINTS = ("heel_r", "toe_r", "heel_l", "toe_l")
ROLL_M = 0.006  # difference in height over which the weight passes from one point to another


class PelvisPath(NamedTuple):
    """Where an upright pelvis goes that faces forward, and how its feet then touch the ground."""

    position_m: np.ndarray  # (T, 3): x forward, y up, z to the right; begins at x = z = 0
    contact: np.ndarray  # (T, 4) share of the weight on each of CONTACT_POINTS


def anchored_path(joint_angles_rad: np.ndarray) -> PelvisPath:
    """The path (T, 3) in m of the pelvis of a body of model size, of its angles (T, 34) in rad.

    The lowest point of the feet is on the ground. Horizontally the pelvis moves as the points that
    carry the weight move backward under it.
    """
    feet = feet_positions(joint_angles_rad)
    points = np.stack([feet[name] for name in CONTACT_POINTS], axis=1)  # (T, 4, 3)
    height = points[:, :, 1]
    contact = np.exp((height.min(axis=1, keepdims=True) - height) / ROLL_M)
    contact /= contact.sum(axis=1, keepdims=True)
    between = 0.5 * (contact[1:] + contact[:-1])
    steps = -(between[..., None] * np.diff(points, axis=0)).sum(axis=1)
    position = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    position[:, 1] = -height.min(axis=1)
    return PelvisPath(position, contact)
