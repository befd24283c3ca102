"""Decoded movements are brought to what a body can do, and left alone where they are that already."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.synthesis.limits import HIGH_RAD, LOW_RAD, SOFT_RAD, into_range, slowed, too_fast

KNEE = JOINT_NAMES.index("knee_angle_r")
RATE_HZ = 30.0


def walk(n_frames=90):
    phase = 2 * np.pi * np.arange(n_frames)[:, None] / RATE_HZ
    middle, half = (LOW_RAD + HIGH_RAD) / 2, (HIGH_RAD - LOW_RAD) / 2
    return middle + 0.5 * half * np.sin(phase + np.arange(34))


def test_what_is_well_inside_stays_as_it_is():
    np.testing.assert_array_equal(into_range(walk()), walk())
    fast = np.full(34, np.radians(2000.0))
    np.testing.assert_allclose(slowed(walk(), fast, RATE_HZ), walk(), atol=1e-12)


def test_no_joint_leaves_its_range_and_the_order_of_angles_is_kept():
    angles = np.linspace(LOW_RAD - 1, HIGH_RAD + 1, 500)
    bent = into_range(angles)
    assert (bent >= LOW_RAD).all()
    assert (bent <= HIGH_RAD).all()
    assert (np.diff(bent, axis=0) >= 0).all()
    inside = (angles > LOW_RAD + SOFT_RAD) & (angles < HIGH_RAD - SOFT_RAD)
    np.testing.assert_array_equal(bent[inside], angles[inside])


@pytest.mark.parametrize("limit_deg_s", [100.0, 400.0])
def test_no_joint_turns_faster_than_its_limit_and_nothing_lags(limit_deg_s):
    limits = np.full(34, np.radians(limit_deg_s))
    jump = np.zeros((61, 34))
    jump[30:, KNEE] = -1.0
    smooth = slowed(jump, limits, RATE_HZ)
    assert not too_fast(smooth, limits + 1e-9, RATE_HZ).any()
    np.testing.assert_allclose(smooth[[0, -1], KNEE], [0, -1], atol=1e-9)
    middle = np.interp(0.5, -smooth[:, KNEE], np.arange(61))
    assert middle == pytest.approx(29.5, abs=0.51)


def test_a_jump_in_one_joint_is_counted_between_its_frames():
    jump = np.zeros((10, 34))
    jump[5:, KNEE] = -1.0
    limits = np.full(34, np.radians(300.0))
    assert np.argwhere(too_fast(jump, limits, RATE_HZ)).tolist() == [[4, KNEE]]
