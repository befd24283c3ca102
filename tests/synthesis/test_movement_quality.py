"""Limits of bodies are measured alike of recorded and synthetic movements, and by known numbers."""

import numpy as np
import pytest

from biomechgpt.synthesis.movement_quality import movement_quality
from tests.helpers.labelled_walks import HIP_L, HIP_R, KNEE_L, KNEE_R, NECK, RATE_HZ, swinging
from tests.helpers.simulated_trials import trial

WALK = swinging("a", "p", "normal")


def quality(angles):
    return movement_quality(angles, RATE_HZ)


def test_speed_and_jerk_are_those_of_a_known_swing():
    angles = np.zeros((3000, 34))
    angles[:, NECK] = 0.1 * np.sin(2 * np.pi * 0.5 * np.arange(3000) / RATE_HZ)
    mean_of_cosine, turn = 2 / np.pi, 2 * np.pi * 0.5
    expected = np.rad2deg(0.1) * mean_of_cosine
    assert quality(angles)["speed_deg_s"] == pytest.approx(expected * turn, rel=0.01)
    assert quality(angles)["jerk_deg_s3"] == pytest.approx(expected * turn**3, rel=0.01)


def test_angles_out_of_range_are_counted_over_recorded_joints_alone():
    angles = np.zeros((100, 34))
    angles[:50, KNEE_R] = 1.0  # a knee bends backward by 57 degrees
    assert quality(angles)["out_of_range_percent"] == pytest.approx(100 * 50 / 3400)
    angles[:, NECK] = np.nan
    assert quality(angles)["out_of_range_percent"] == pytest.approx(100 * 50 / 3300)


def test_legs_that_swing_together_do_not_alternate():
    together = WALK.angles_rad.copy()
    together[:, [HIP_L, KNEE_L]] = together[:, [HIP_R, KNEE_R]]
    assert quality(WALK.angles_rad)["legs_alternate"] == 1
    assert quality(together)["legs_alternate"] == 0
    assert np.isnan(quality(np.zeros((100, 34)))["legs_alternate"])


def test_a_foot_skates_and_sinks_more_where_the_legs_tremble():
    _, done = trial("overground walking")
    angles = np.deg2rad(done.angles_deg[:, :34])
    trembling = angles + 0.02 * np.random.default_rng(0).standard_normal(angles.shape)
    calm, wild = quality(angles), quality(trembling)
    assert wild["foot_skate_cm_s"] > 1.5 * calm["foot_skate_cm_s"] > 0
    assert wild["penetration_cm"] > calm["penetration_cm"] > 0


def test_a_body_that_stands_still_neither_skates_nor_sinks():
    still = quality(np.zeros((60, 34)))
    assert still["foot_skate_cm_s"] == still["penetration_cm"] == 0
    assert np.isnan(still["speed_deg_s"])  # nothing moves


def test_a_single_frame_has_no_speed():
    assert np.isnan(quality(np.zeros((1, 34)))["foot_skate_cm_s"])
