"""Where feet and hands are, from joint angles, in torch: a loss can look at it.

The chains, offsets and axes are those of `biomechgpt.body.kinematics`, from a pelvis at rest for the
legs and a trunk at rest for the arms: only what the joints of a limb do to its end is compared.
"""

import numpy as np
import torch
from torch import Tensor

from biomechgpt.body import kinematics
from biomechgpt.body.coordinates import JOINT_NAMES


def limb_ends(joint_angles_rad: Tensor) -> Tensor:
    """Ankle, heel, toe and wrist of the right side, then of the left: (N, J) rad -> (N, 8, 3) m."""
    angle = dict(zip(JOINT_NAMES, joint_angles_rad.unbind(1), strict=True))
    return torch.stack([point for side in "rl" for point in _limbs(angle, side)], dim=1)


def _limbs(angle: dict[str, Tensor], side: str) -> list[Tensor]:
    def turn(axis: tuple[float, float, float], name: str) -> Tensor:
        # The model mirrors left axes in the sagittal plane.
        mirrored = axis if side == "r" else (-axis[0], -axis[1], axis[2])
        return _rotation(mirrored, angle[f"{name}_{side}"])

    def offset(place_m: tuple[float, float, float]) -> Tensor:
        x, y, z = place_m
        return angle["hip_flexion_r"].new_tensor((x, y, z if side == "r" else -z))

    x, y, z = kinematics.X, kinematics.Y, kinematics.Z
    thigh = turn(z, "hip_flexion") @ turn(x, "hip_adduction") @ turn(y, "hip_rotation")
    shank = thigh @ turn(z, "knee_angle")
    ankle = thigh @ offset(kinematics.KNEE_M) + shank @ offset(kinematics.ANKLE_M)
    talus = shank @ turn(kinematics.ANKLE_AXIS, "ankle_angle")
    heel = ankle + talus @ offset(kinematics.HEEL_M)
    foot = talus @ turn(kinematics.SUBTALAR_AXIS, "subtalar_angle")
    toe = heel + foot @ offset(kinematics.TOE_M)
    arm = turn(z, "arm_flex") @ turn(x, "arm_add") @ turn(y, "arm_rot")
    forearm = arm @ turn(kinematics.ELBOW_AXIS, "elbow_flex")
    wrist = arm @ offset(kinematics.ELBOW_M) + forearm @ offset(kinematics.WRIST_M)
    return [ankle, heel, toe, wrist]


def _rotation(axis: tuple[float, float, float], angle_rad: Tensor) -> Tensor:
    """Matrices (N, 3, 3) about a fixed axis by `angle_rad` (N,), right-handed."""
    x, y, z = np.asarray(axis) / np.linalg.norm(axis)
    cross = angle_rad.new_tensor([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = angle_rad[:, None, None]
    unit = torch.eye(3, dtype=angle.dtype, device=angle.device)
    return unit + torch.sin(angle) * cross + (1 - torch.cos(angle)) * (cross @ cross)
