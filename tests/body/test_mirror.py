"""A mirrored movement moves every point of the body where a mirror shows it."""

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES, JOINTS
from biomechgpt.body.kinematics import body_positions
from biomechgpt.body.mirror import mirrored


def random_angles(n_frames=20):
    random = np.random.default_rng(0)
    low, high = np.array([(joint.low_rad, joint.high_rad) for joint in JOINTS]).T
    return random.uniform(low / 2, high / 2, (n_frames, len(JOINTS))).astype(np.float32)


def positions(angles_rad):
    upright = np.tile(np.eye(3), (len(angles_rad), 1, 1))
    return body_positions(np.zeros((len(angles_rad), 3)), upright, angles_rad)


def test_every_point_is_where_a_mirror_shows_its_other_side():
    """The mirror is the sagittal plane: z, to the right, changes its sign (m)."""
    angles_rad = random_angles()
    seen, plain = positions(mirrored(angles_rad)), positions(angles_rad)
    assert np.abs(plain["wrist_r"][:, 2]).max() > 0.1
    for name, points_m in seen.items():
        other = {"_r": "_l", "_l": "_r"}.get(name[-2:], "")
        shown = plain[name[:-2] + other if other else name] * [1, 1, -1]
        assert np.allclose(points_m, shown, atol=1e-5), name


def test_a_mirror_image_of_a_mirror_image_is_the_movement():
    angles_rad = random_angles()
    assert np.array_equal(mirrored(mirrored(angles_rad)), angles_rad)
    assert not np.array_equal(mirrored(angles_rad), angles_rad)


def test_a_missing_joint_is_missing_on_the_other_side():
    angles_rad = random_angles()
    angles_rad[:, JOINT_NAMES.index("knee_angle_r")] = np.nan
    missing = np.isnan(mirrored(angles_rad)).all(axis=0)
    assert [JOINT_NAMES[i] for i in missing.nonzero()[0]] == ["knee_angle_l"]
