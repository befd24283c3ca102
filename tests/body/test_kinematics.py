"""Forward kinematics: known poses, mirror symmetry, and the way from angles to matrices and back."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.kinematics import (
    ANKLE_M,
    BONES,
    HEEL_M,
    HIP_M,
    KNEE_M,
    TOE_M,
    body_positions,
    pelvis_angles,
    pelvis_rotation,
)

UPRIGHT = np.eye(3)[None]
ORIGIN = np.zeros((1, 3))


def posed(scale: float = 1.0, orientation: np.ndarray = UPRIGHT, **angles_deg: float) -> dict:
    angles = np.zeros((1, len(JOINT_NAMES)))
    for name, angle in angles_deg.items():
        angles[0, JOINT_NAMES.index(name)] = np.radians(angle)
    points = body_positions(ORIGIN, orientation, angles, scale)
    return {name: point[0] for name, point in points.items()}


def test_zero_pose_adds_up_the_offsets():
    points = posed()
    heel = np.add.reduce([HIP_M, KNEE_M, ANKLE_M, HEEL_M])
    np.testing.assert_allclose(points["heel_r"], heel, atol=1e-12)
    np.testing.assert_allclose(points["toe_r"], heel + TOE_M, atol=1e-12)
    assert points["head"][1] > points["neck"][1] > points["lumbar"][1] > 0


def test_hip_flexion_of_90_degrees_puts_the_thigh_forward():
    points = posed(hip_flexion_r=90)
    thigh = points["knee_r"] - points["hip_r"]
    np.testing.assert_allclose(thigh, [0.365545, -0.00167398, 0.0], atol=1e-9)


def test_knee_flexion_is_negative_and_brings_the_heel_back():
    bent, straight = posed(knee_angle_r=-90), posed()
    np.testing.assert_allclose(bent["ankle_r"] - bent["knee_r"], [-0.480173, 0, 0], atol=1e-9)
    assert bent["heel_r"][0] < straight["heel_r"][0]


@pytest.mark.parametrize(
    ("joint", "point", "axis", "sign"),
    [
        ("hip_adduction_r", "ankle_r", 2, -1),  # to the left, towards the midline
        ("hip_adduction_l", "ankle_l", 2, 1),
        ("ankle_angle_r", "toe_r", 1, 1),  # dorsiflexion lifts the toes
        ("arm_flex_r", "elbow_r", 0, 1),
        ("lumbar_extension", "neck", 0, -1),
        ("lumbar_bending", "neck", 2, 1),  # to the right
        ("lumbar_rotation", "shoulder_r", 0, 1),  # turning left brings the right shoulder forward
    ],
)
def test_signs_are_those_of_opensim(joint, point, axis, sign):
    moved = posed(**{joint: 20})[point] - posed()[point]
    assert sign * moved[axis] > 0.02


def test_mirrored_angles_give_mirrored_points():
    right = posed(hip_flexion_r=30, hip_adduction_r=10, hip_rotation_r=5, ankle_angle_r=12,
                  subtalar_angle_r=7, knee_angle_r=-40, arm_flex_r=15, elbow_flex_r=40)  # fmt: skip
    left = posed(hip_flexion_l=30, hip_adduction_l=10, hip_rotation_l=5, ankle_angle_l=12,
                 subtalar_angle_l=7, knee_angle_l=-40, arm_flex_l=15, elbow_flex_l=40)  # fmt: skip
    for name in ("toe", "heel", "wrist"):
        np.testing.assert_allclose(left[f"{name}_l"], right[f"{name}_r"] * [1, 1, -1], atol=1e-12)


def test_bones_keep_their_length_and_grow_with_stature():
    random = np.random.default_rng(0)
    angles = random.uniform(-0.7, 0.7, (20, len(JOINT_NAMES)))
    turned = pelvis_rotation(*random.uniform(-1, 1, (3, 20)))
    small = body_positions(np.zeros(3), turned, angles)
    large = body_positions(np.zeros(3), turned, angles, scale=1.1)
    still = posed()
    for start, end in BONES:
        length = np.linalg.norm(small[end] - small[start], axis=1)
        np.testing.assert_allclose(length, np.linalg.norm(still[end] - still[start]), atol=1e-9)
        np.testing.assert_allclose(
            np.linalg.norm(large[end] - large[start], axis=1), 1.1 * length, atol=1e-9
        )


def test_pelvis_angles_come_back_also_after_a_turn():
    tilt, lean = np.full(50, 0.1), np.full(50, -0.05)
    heading = np.linspace(0, 4.0, 50)
    angles_rad = pelvis_angles(pelvis_rotation(tilt, lean, heading))
    np.testing.assert_allclose(angles_rad, np.stack([tilt, lean, heading], axis=1), atol=1e-9)
