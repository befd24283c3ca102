"""A path for the pelvis, which tokens do not hold: the foot that carries the weight stays put."""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d

from biomechgpt.body.gait import feet_positions

CONTACT_POINTS = ("heel_r", "toe_r", "heel_l", "toe_l")
ROLL_M = 0.006  # difference in height over which the weight passes from heel to toe
PASSING_M_S = 0.1  # difference in speed over which it passes from foot to foot
SMOOTHED_S = 0.1


class PelvisPath(NamedTuple):
    """Where an upright pelvis goes that faces forward, and which points of the feet are planted."""

    position_m: np.ndarray  # (T, 3): x forward, y up, z to the right; begins at x = z = 0
    contact: np.ndarray  # (T - 1, 4) share of the weight on each of CONTACT_POINTS between frames


def anchored_path(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> PelvisPath:
    """The path of the pelvis of a body of model size that walks forward, of its angles (T, 34) in rad.

    As where walking speed is measured (`body.gait`), the foot that carries the weight is the one that
    moves backward under the pelvis faster: which is lower cannot be told without the pelvis' own
    tilt. The lowest point of both feet is on the ground.
    """
    feet = feet_positions(joint_angles_rad)
    points = np.stack([feet[name] for name in CONTACT_POINTS], axis=1)  # (T, 4, 3)
    contact = _contact(points, frame_rate_hz)
    steps = -(contact[..., None] * np.diff(points, axis=0)).sum(axis=1)
    position = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    position[:, 1] = -points[:, :, 1].min(axis=1)
    return PelvisPath(position, contact)


def _contact(points: np.ndarray, frame_rate_hz: float) -> np.ndarray:
    """The share of the weight (T - 1, 4) on each point (T, 4, 3) between frames."""
    higher_heel_m = points[:, 0::2, 1] - points[:, 1::2, 1]  # (T, 2 feet)
    toe = _share(higher_heel_m[1:] + higher_heel_m[:-1], 2 * ROLL_M)  # (T - 1, 2)
    backward = -np.diff(points[:, :, 0], axis=0) * frame_rate_hz  # (T - 1, 4)
    of_feet = (1 - toe) * backward[:, 0::2] + toe * backward[:, 1::2]
    smooth = uniform_filter1d(of_feet, max(1, round(SMOOTHED_S * frame_rate_hz)), axis=0)
    right = _share(smooth[:, 0] - smooth[:, 1], PASSING_M_S)
    foot = np.stack([right, 1 - right], axis=1)
    return np.stack([foot * (1 - toe), foot * toe], axis=2).reshape(-1, 4)


def _share(difference: np.ndarray, scale: float) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(difference / scale, -40, 40)))
