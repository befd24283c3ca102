"""The 41 coordinates of a frame: where the pelvis is, how it is turned, and 34 joint angles.

Names, order, ranges and signs are those of the LocoMuJoCo humanoid with the three neck joints that
BiomechGPT (arXiv 2505.18465) adds; they map one to one to OpenSim coordinate names. Angles are in
radians and **knee flexion is negative**.
"""

from typing import NamedTuple

PELVIS_POSITION = ("pelvis_tx", "pelvis_ty", "pelvis_tz")  # m, OpenSim ground axes, y up
PELVIS_ORIENTATION = ("pelvis_qw", "pelvis_qx", "pelvis_qy", "pelvis_qz")  # unit quaternion


class Joint(NamedTuple):
    """One joint angle: its OpenSim name and the range of the model, in radians."""

    name: str
    low_rad: float
    high_rad: float


def _leg(side: str, ankle: float, mtp: float) -> list[Joint]:
    return [
        Joint(f"hip_flexion_{side}", -0.787, 2.0944),
        Joint(f"hip_adduction_{side}", -0.524, 0.524),
        Joint(f"hip_rotation_{side}", -2.0944, 2.0944),
        Joint(f"knee_angle_{side}", -2.7925, 0.174533),
        Joint(f"ankle_angle_{side}", -ankle, ankle),
        Joint(f"subtalar_angle_{side}", -1.5708, 1.5708),
        Joint(f"mtp_angle_{side}", -mtp, mtp),
    ]


def _spine(part: str) -> list[Joint]:
    return [
        Joint(f"{part}_extension", -1.5708, 0.377),
        Joint(f"{part}_bending", -0.754, 0.754),
        Joint(f"{part}_rotation", -0.754, 0.754),
    ]


def _arm(side: str) -> list[Joint]:
    return [
        Joint(f"arm_flex_{side}", -1.5708, 3.1416),
        Joint(f"arm_add_{side}", -3.1415, 1.5708),
        Joint(f"arm_rot_{side}", -1.5708, 1.5708),
        Joint(f"elbow_flex_{side}", -0.3, 2.618),
        Joint(f"pro_sup_{side}", -0.6, 3.1415),
        Joint(f"wrist_flex_{side}", -1.22173, 1.22173),
        Joint(f"wrist_dev_{side}", -0.436332, 0.610865),
    ]


# The left ankle and mtp are narrower than the right ones in the source model; kept as they are.
JOINTS = (
    *_leg("r", 1.5708, 1.5708),
    *_leg("l", 1.0472, 1.0472),
    *_spine("lumbar"),
    *_spine("neck"),
    *_arm("r"),
    *_arm("l"),
)
JOINT_NAMES = tuple(joint.name for joint in JOINTS)
# Angles of one leg and one arm without their side, and of the trunk.
LEG, ARM = (
    tuple(joint.name.removesuffix("_r") for joint in limb)
    for limb in (_leg("r", 1.5708, 1.5708), _arm("r"))
)
LEG_JOINTS, ARM_JOINTS = (
    tuple(f"{name}_{side}" for side in "rl" for name in limb) for limb in (LEG, ARM)
)
TRUNK_JOINTS = tuple(joint.name for joint in (*_spine("lumbar"), *_spine("neck")))
COORDINATE_NAMES = PELVIS_POSITION + PELVIS_ORIENTATION + JOINT_NAMES
