"""What kinematics measure of a label, on movement whose value is known."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.measured_labels import UNITS, measured_label, measured_labels, movement_time_s

RATE_HZ = 30.0


def rest_move_rest(rest_s=2.0, move_s=6.0, noise_rad=0.0):
    """Standing, stepping at one stride a second, standing again."""
    time_s = np.arange(0, 2 * rest_s + move_s, 1 / RATE_HZ)
    moves = (time_s >= rest_s) & (time_s < rest_s + move_s)
    angles = np.zeros((len(time_s), len(JOINT_NAMES)))
    for side, sign in (("r", 1), ("l", -1)):
        swing = np.sin(2 * np.pi * (time_s - rest_s)) * moves
        angles[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = sign * 0.4 * swing
        angles[:, JOINT_NAMES.index(f"knee_angle_{side}")] = -0.3 * np.abs(swing)
    return angles + noise_rad * np.random.default_rng(0).standard_normal(angles.shape)


@pytest.mark.parametrize("noise_rad", [0.0, 0.005])
def test_a_timed_test_lasts_from_the_first_to_the_last_movement(noise_rad):
    angles = rest_move_rest(noise_rad=noise_rad)
    assert movement_time_s(angles, RATE_HZ) == pytest.approx(6.0, abs=0.25)
    assert measured_labels(angles, RATE_HZ)["tug_s"] == movement_time_s(angles, RATE_HZ)


def test_a_pause_within_a_test_belongs_to_it():
    parts = [rest_move_rest(rest_s=1.0, move_s=2.0)] * 2
    assert movement_time_s(np.concatenate(parts), RATE_HZ) == pytest.approx(6.0, abs=0.25)


def test_nothing_is_measured_where_nothing_moves_or_legs_are_not_recorded():
    angles = rest_move_rest()
    angles[:, JOINT_NAMES.index("knee_angle_l")] = np.nan
    for still in (np.zeros((90, len(JOINT_NAMES))), np.zeros((1, len(JOINT_NAMES))), angles):
        assert np.isnan(movement_time_s(still, RATE_HZ))


def test_a_label_in_another_unit_or_of_another_name_is_not_measured():
    measured = measured_labels(rest_move_rest(), RATE_HZ)
    assert set(measured) == set(UNITS)
    assert measured_label(measured, "cadence_steps_min", "steps/min") == pytest.approx(120, abs=3)
    assert np.isnan(measured_label(measured, "tug_s", "ms"))
    assert np.isnan(measured_label(measured, "pain", "points"))
