import numpy as np
import pytest

from biomechgpt.baselines.gait_features import gait_features
from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.gait import measure_gait

HIP_R, HIP_L = JOINT_NAMES.index("hip_flexion_r"), JOINT_NAMES.index("hip_flexion_l")
LEG_M = 0.365545 + 0.480173 + 0.0468448  # hip to sole of the model with a straight knee


def pendulum(stride_hz=0.9, swing_rad=0.3, frame_rate_hz=30.0, seconds=8.0):
    """Stiff legs that swing to and fro at constant speed: a gait whose speed is known."""
    time = np.arange(int(seconds * frame_rate_hz)) / frame_rate_hz
    angles = np.zeros((len(time), len(JOINT_NAMES)), np.float32)
    triangle = 2 * np.abs(2 * ((time * stride_hz) % 1) - 1) - 1
    angles[:, HIP_R], angles[:, HIP_L] = swing_rad * triangle, -swing_rad * triangle
    return angles


@pytest.mark.parametrize("stride_hz", [0.5, 0.77, 1.3])
def test_cadence_is_two_steps_a_stride(stride_hz):
    assert measure_gait(pendulum(stride_hz), 30.0).cadence_steps_min == pytest.approx(
        120 * stride_hz, rel=0.015
    )


@pytest.mark.parametrize(("stride_hz", "swing_rad"), [(0.7, 0.3), (0.9, 0.4), (1.0, 0.2)])
def test_speed_is_that_of_the_foot_that_stands(stride_hz, swing_rad):
    expected = 4 * swing_rad * stride_hz * LEG_M * np.sin(swing_rad) / swing_rad
    gait = measure_gait(pendulum(stride_hz, swing_rad), 30.0)
    # Smoothed where the feet turn.
    assert gait.walking_speed_m_s == pytest.approx(expected, rel=0.1)
    assert gait.step_length_m == pytest.approx(gait.walking_speed_m_s / 2 / stride_hz, rel=0.02)


def test_frame_rate_does_not_matter():
    slow, fast = (measure_gait(pendulum(frame_rate_hz=rate), rate) for rate in (30.0, 100.0))
    assert fast.cadence_steps_min == pytest.approx(slow.cadence_steps_min, rel=0.01)
    assert fast.walking_speed_m_s == pytest.approx(slow.walking_speed_m_s, rel=0.03)


def test_standing_before_and_after_does_not_count():
    walking = pendulum()
    standing = np.zeros((90, walking.shape[1]), np.float32)
    gait = measure_gait(np.vstack([standing, walking, standing]), 30.0)
    alone = measure_gait(walking, 30.0)
    assert gait.cadence_steps_min == pytest.approx(alone.cadence_steps_min, rel=0.01)
    assert gait.walking_speed_m_s == pytest.approx(alone.walking_speed_m_s, rel=0.1)
    assert 0.5 < gait.moving_share < 0.75


def test_standing_has_no_gait():
    noise = np.random.default_rng(0).normal(0, 0.005, (200, len(JOINT_NAMES)))
    assert np.isnan(measure_gait(noise, 30.0)).all()


def test_legs_that_are_not_recorded_have_no_gait():
    angles = pendulum()
    angles[:, JOINT_NAMES.index("knee_angle_l")] = np.nan
    assert np.isnan(measure_gait(angles, 30.0)).all()


def test_a_leg_that_reaches_further_ahead_is_an_asymmetry_of_its_side():
    angles = pendulum()
    even = measure_gait(angles, 30.0).step_length_asymmetry
    angles[:, HIP_R] += 0.15
    right = measure_gait(angles, 30.0).step_length_asymmetry
    angles[:, [HIP_R, HIP_L]] = angles[:, [HIP_L, HIP_R]]
    left = measure_gait(angles, 30.0).step_length_asymmetry
    assert even == pytest.approx(0.0, abs=0.03)
    assert right > 0.1
    assert left == pytest.approx(-right, abs=0.03)


def test_features_of_a_joint_are_in_degrees_and_seconds():
    features = gait_features(pendulum(stride_hz=0.5, swing_rad=0.5), 30.0)
    assert features["duration_s"] == 8.0
    assert features["hip_flexion_r.range"] == pytest.approx(np.rad2deg(0.9), rel=0.05)
    assert features["hip_flexion_r.speed"] == pytest.approx(np.rad2deg(1.0), rel=0.05)
    assert features["hip_flexion.likeness"] == pytest.approx(-1.0)
    assert features["hip_flexion.range_asymmetry"] == pytest.approx(0.0, abs=1e-4)


def test_a_missing_joint_is_missing_in_its_features_only():
    angles = pendulum()
    angles[:, JOINT_NAMES.index("neck_bending")] = np.nan
    features = gait_features(angles, 30.0)
    lost = {name for name, value in features.items() if np.isnan(value)}
    constant = {name for name in features if name.endswith(".likeness")} - {"hip_flexion.likeness"}
    assert lost - constant == {
        f"neck_bending.{what}" for what in ("mean", "range", "low", "high", "speed", "jerkiness")
    }
