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


LEG_ANGLES = (
    LegAngle("hip_flexion", "Hip flexion", "hip_flexion", 1),
    LegAngle("knee_flexion", "Knee flexion", "knee_angle", -1),
    LegAngle("ankle_dorsiflexion", "Ankle dorsiflexion", "ankle_angle", 1),
    LegAngle("hip_adduction", "Hip adduction", "hip_adduction", 1),
)
IN_WORDS = {angle.key: angle.title.lower() for angle in LEG_ANGLES}
SAGITTAL = ("hip_flexion", "knee_flexion", "ankle_dorsiflexion")
CLINICAL_SIGN = np.array([-1.0 if name.startswith("knee_angle") else 1.0 for name in JOINT_NAMES])
SIDES = {"r": "right", "l": "left"}


def leg_angles_deg(joint_angles_rad: np.ndarray, side: str) -> dict[str, np.ndarray]:
    """Angles (T,) in degrees of the leg of `side`, `r` or `l`, by key of `LEG_ANGLES`."""
    return {
        angle.key: angle.sign
        * np.rad2deg(
            joint_angles_rad[:, JOINT_NAMES.index(f"{angle.joint}_{side}")].astype(np.float64)
        )
        for angle in LEG_ANGLES
    }
