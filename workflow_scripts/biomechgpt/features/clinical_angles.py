"""Joint angles by the names and signs of gait laboratories: flexion is positive at every joint."""

from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES


class LegAngle(NamedTuple):
    """An angle of either leg, and what it is in the body model."""

    key: str
    title: str  # over its curve
    joint: str  # the model's name without side
    sign: int  # that turns the model's sign into the clinicians'
    up: str  # what a larger angle is, and a smaller
    down: str


LEG_ANGLES = (
    LegAngle("hip_flexion", "Hip flexion", "hip_flexion", 1, "flexion", "extension"),
    LegAngle("knee_flexion", "Knee flexion", "knee_angle", -1, "flexion", "extension"),
    LegAngle(
        "ankle_dorsiflexion",
        "Ankle dorsiflexion",
        "ankle_angle",
        1,
        "dorsiflexion",
        "plantarflexion",
    ),
    LegAngle("hip_adduction", "Hip adduction", "hip_adduction", 1, "adduction", "abduction"),
)
IN_WORDS = {angle.key: angle.title.lower() for angle in LEG_ANGLES}
ANKLE = "ankle_dorsiflexion"  # without it nobody can tell when a foot leaves the ground
SAGITTAL = ("hip_flexion", "knee_flexion", ANKLE)
SIGN_OF = {angle.joint: angle.sign for angle in LEG_ANGLES}
CLINICAL_SIGN = np.array([SIGN_OF.get(name[:-2], 1) for name in JOINT_NAMES])  # (34,)
SIDES = {"r": "right", "l": "left"}
# Names of the model that say the joint and not the movement, without side.
MOVEMENTS = {
    "knee_angle": "knee flexion",
    "ankle_angle": "ankle dorsiflexion",
    "subtalar_angle": "subtalar inversion",
    "mtp_angle": "toe extension",
    "arm_flex": "shoulder flexion",
    "arm_add": "shoulder adduction",
    "arm_rot": "shoulder rotation",
    "elbow_flex": "elbow flexion",
    "pro_sup": "forearm pronation",
    "wrist_flex": "wrist flexion",
    "wrist_dev": "wrist deviation",
}


def leg_angles_deg(joint_angles_rad: np.ndarray, side: str) -> dict[str, np.ndarray]:
    """Angles (T,) in degrees of the leg of `side`, `r` or `l`, by key of `LEG_ANGLES`."""
    angles_deg = clinical_deg(joint_angles_rad.astype(np.float64))
    places = {angle.key: JOINT_NAMES.index(f"{angle.joint}_{side}") for angle in LEG_ANGLES}
    return {key: angles_deg[:, place] for key, place in places.items()}


def clinical_deg(joint_angles_rad: np.ndarray) -> np.ndarray:
    """Angles (..., 34) in degrees with clinicians' signs, of the body model's in rad."""
    return CLINICAL_SIGN * np.rad2deg(joint_angles_rad)


def movement_name(joint: str) -> str:
    """What a joint angle is to people, without its side: of `knee_angle_r` knee flexion."""
    name = joint[:-2] if joint[-2:] in ("_r", "_l") else joint
    return MOVEMENTS.get(name, name.replace("_", " "))


def movement_words(joint: str) -> str:
    """The same with its side: of `knee_angle_r` right knee flexion."""
    side = SIDES.get(joint.rpartition("_")[2])
    return f"{side} {movement_name(joint)}" if side else movement_name(joint)
