"""The made-up pelvis path: the stance foot stays where it is, and the body walks as fast as it does."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.gait import feet_positions, measure_gait
from biomechgpt.synthesis.stance import CONTACT_POINTS, anchored_path

RATE_HZ = 60.0


def walking(stride_s=1.2, swing_deg=25.0, seconds=6.0):
    """Legs that swing in opposite phase, the knee bent in swing."""
    time_s = np.arange(0, seconds, 1 / RATE_HZ)
    angles = np.zeros((len(time_s), 34))
    for side, shift in (("r", 0.0), ("l", np.pi)):
        phase = 2 * np.pi * time_s / stride_s + shift
        angles[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = np.radians(swing_deg) * np.sin(phase)
        bent = np.clip(np.cos(phase), 0, None)
        angles[:, JOINT_NAMES.index(f"knee_angle_{side}")] = -np.radians(60) * bent
    return angles


def test_the_point_that_carries_the_weight_stays_where_it_is():
    angles = walking()
    path = anchored_path(angles, RATE_HZ)
    feet = feet_positions(angles)
    points = np.stack([feet[name] for name in CONTACT_POINTS], axis=1) + path.position_m[:, None]
    alone = path.contact > 0.99
    assert alone.any(axis=1).mean() > 0.5
    skate_m = np.linalg.norm(np.diff(points, axis=0)[..., [0, 2]], axis=-1)[alone]
    assert skate_m.max() < 1e-3
    assert points[..., 1].min() == pytest.approx(0, abs=1e-9)


def test_the_pelvis_goes_forward_as_fast_as_kinematics_measure():
    angles = walking()
    path = anchored_path(angles, RATE_HZ).position_m
    speed = (path[-1, 0] - path[0, 0]) / (len(path) / RATE_HZ)
    assert speed == pytest.approx(measure_gait(angles, RATE_HZ).walking_speed_m_s, rel=0.05)
    assert abs(path[-1, 2]) < 0.05


def test_who_stands_still_goes_nowhere():
    path = anchored_path(np.zeros((30, 34)), RATE_HZ).position_m
    np.testing.assert_allclose(path[:, [0, 2]], 0, atol=1e-12)
    assert path[:, 1] == pytest.approx(path[0, 1])
