"""Made-up walks with labels: hips and knees that swing, by somebody with a posture of their own."""

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.synthesis.walks import Walk

RATE_HZ = 30
HIP_R, HIP_L, KNEE_R, KNEE_L, NECK = (
    JOINT_NAMES.index(name)
    for name in ("hip_flexion_r", "hip_flexion_l", "knee_angle_r", "knee_angle_l", "neck_extension")
)


def swinging(trial_id, person, label, stride_s=1.2, knee_rad=0.5, lean_rad=0.0, seconds=4.0):
    """A walk whose knees bend by `knee_rad` and whose hips are flexed by `lean_rad` in the mean."""
    phase = 2 * np.pi * np.arange(int(seconds * RATE_HZ)) / RATE_HZ / stride_s
    angles = np.zeros((len(phase), len(JOINT_NAMES)), np.float32)
    for hip, knee, shift in ((HIP_R, KNEE_R, 0.0), (HIP_L, KNEE_L, np.pi)):
        angles[:, hip] = lean_rad + 0.4 * np.sin(phase + shift)
        angles[:, knee] = -knee_rad * (1 + np.cos(phase + shift)) / 2
    return Walk(trial_id, person, label, angles)
