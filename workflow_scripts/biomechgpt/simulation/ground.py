"""Where the pelvis goes: the lowest point of the foot that carries the weight stays where it is."""

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.kinematics import Y, axis_rotation, leg_positions, pelvis_rotation

N_JOINTS = len(JOINT_NAMES)
ROLL_M = 0.006  # difference in height over which the weight passes from heel to toe


def orientation(angles_deg: np.ndarray, heading_rad: np.ndarray) -> np.ndarray:
    """Pelvis orientation (T, 3, 3) from the last three channels, turned by `heading_rad` (T,)."""
    return axis_rotation(Y, heading_rad) @ pelvis_rotation(*np.radians(angles_deg[:, N_JOINTS:]).T)


def contact_points(angles_deg: np.ndarray, heading_rad: np.ndarray, scale: float):
    """Heel and toe (T, 2 sides, 2 points, 3) in m relative to the pelvis, and the share of the toe.

    The share (T, 2) says how much of a foot's weight is on its toe: that of the lower point.
    """
    turned = orientation(angles_deg, heading_rad)
    legs = leg_positions(np.zeros(3), turned, np.radians(angles_deg[:, :N_JOINTS]), scale)
    points = np.stack(
        [np.stack([legs[f"heel_{s}"], legs[f"toe_{s}"]], axis=1) for s in "rl"], axis=1
    )
    higher_heel = points[:, :, 0, 1] - points[:, :, 1, 1]
    return points, 1 / (1 + np.exp(-np.clip(higher_heel / ROLL_M, -40, 40)))


def displacement(
    angles_deg: np.ndarray, heading_rad: np.ndarray, weight: np.ndarray, scale: float
) -> np.ndarray:
    """How the pelvis moves (T-1, 3) in m from frame to frame, the feet of `weight` (T, 2) planted."""
    points, toe = contact_points(angles_deg, heading_rad, scale)
    return _moved(points, toe, weight)


def _moved(points: np.ndarray, toe: np.ndarray, weight: np.ndarray) -> np.ndarray:
    share = np.stack([1 - toe, toe], axis=2) * weight[:, :, None]  # (T, 2, 2)
    between = 0.5 * (share[1:] + share[:-1])
    return -(between[..., None] * np.diff(points, axis=0)).sum(axis=(1, 2))


def pelvis_path(
    angles_deg: np.ndarray,
    heading_rad: np.ndarray,
    weight: np.ndarray,
    climbing: np.ndarray,
    scale: float,
) -> np.ndarray:
    """Pelvis position (T, 3) in m; its height is that of the level floor except while `climbing`.

    `angles_deg` (T, 37), `heading_rad` (T,), `weight` (T, 2), `climbing` (T,) from 0 to 1.
    """
    points, toe = contact_points(angles_deg, heading_rad, scale)
    steps = _moved(points, toe, weight)
    lowest = np.where(toe[..., None] > 0.5, points[:, :, 1], points[:, :, 0])[..., 1]  # (T, 2)
    height = -(weight * lowest).sum(axis=1)
    climb = 0.5 * (climbing[1:] + climbing[:-1])
    steps[:, 1] = climb * steps[:, 1] + (1 - climb) * np.diff(height)
    start = np.array([[0.0, height[0], 0.0]])
    return np.concatenate([start, start + np.cumsum(steps, axis=0)])
