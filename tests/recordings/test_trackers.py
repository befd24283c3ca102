"""Trackers: right and left exchanged for a while, and noise that the low pass of the config removes."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from tests.helpers.joint_centre_files import csv_of, joint_centres, walk
from tests.helpers.motion_files import INGEST, ingest

RATE_HZ = 60
MADE = walk(RATE_HZ, n_frames=180, tilt_deg=-8)
TIME_S = np.arange(180) / RATE_HZ
RAW = INGEST.model_copy(update={"joint_centre_low_pass_hz": 0})
BODY = ("Hip", "Knee", "Ankle", "Foot", "Shoulder", "Elbow", "Wrist")


def exchanged(joints: tuple[str, ...], frames: slice) -> dict[str, np.ndarray]:
    """A walk whose right and left points of these joints stand in each other's place for a while."""
    points = {n: p.copy() for n, p in joint_centres("kinect_v2", *MADE).items()}
    for joint in joints:
        right, left = points[f"{joint}Right"], points[f"{joint}Left"]
        right[frames], left[frames] = left[frames].copy(), right[frames].copy()
    return points


def largest_error_deg(outcome) -> float:
    assert outcome.frames is not None, outcome.issues
    return np.degrees(np.nanmax(np.abs(outcome.frames[:, -len(JOINT_NAMES) :] - MADE[2])))


@pytest.mark.parametrize("frames", [slice(60, 75), slice(0, 40), slice(150, 180), slice(90, 91)])
@pytest.mark.parametrize("joints", [BODY, ("Knee", "Ankle", "Foot"), ("Elbow", "Wrist")])
def test_sides_exchanged_for_a_while_are_set_right(joints, frames, tmp_path):
    points = exchanged(joints, frames)
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW)
    assert "sides_exchanged" in outcome.problems()
    assert largest_error_deg(outcome) < 1.5


def test_sides_that_were_exchanged_while_nothing_was_seen_are_set_right(tmp_path):
    points = exchanged(BODY, slice(60, 90))
    for point in points.values():
        point[58:60] = np.nan
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW)
    assert "sides_exchanged" in outcome.problems()
    assert largest_error_deg(outcome) < 1.5


def test_a_walk_with_its_own_sides_is_left_alone(tmp_path):
    points = exchanged(BODY, slice(0, 0))
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW)
    assert "sides_exchanged" not in outcome.problems()


@pytest.mark.parametrize("cutoff_hz", [3, 6, 12])
@pytest.mark.parametrize("times_the_cutoff", [0.25, 1, 2])
def test_the_cut_off_of_the_config_is_where_half_the_power_is_gone(
    cutoff_hz, times_the_cutoff, tmp_path
):
    frequency_hz = cutoff_hz * times_the_cutoff
    time_s = np.arange(360) / RATE_HZ
    points = joint_centres("kinect_v2", *(part[:1].repeat(360, axis=0) for part in MADE))
    for joint in ("KneeRight", "AnkleRight", "FootRight"):  # the whole leg swings a little
        points[joint] = points[joint] + 0.01 * np.sin(2 * np.pi * frequency_hz * time_s)[
            :, None
        ] * [1, 0, 0]
    points["WristLeft"] = (
        points["WristLeft"] + 0.01 * np.sin(time_s)[:, None]
    )  # else most stay the same
    settings = INGEST.model_copy(update={"joint_centre_low_pass_hz": cutoff_hz})
    smooth, rough = (
        ingest(tmp_path, "a.csv", csv_of(points, time_s), settings=cfg).angle_deg("hip_flexion_r")
        for cfg in (settings, RAW)
    )
    kept = np.std(smooth[60:-60]) / np.std(rough[60:-60])
    # Forwards and backwards, a Butterworth filter of second order: the gain squared.
    expected = 1 / (1 + times_the_cutoff**4)
    assert kept == pytest.approx(expected, abs=0.08)
