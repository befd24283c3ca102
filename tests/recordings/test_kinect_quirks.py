"""What goes wrong in recordings of a Kinect, alone and all at once: the rest of a walk stays as it is."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from tests.helpers.joint_centre_files import joint_centres, walk
from tests.helpers.motion_files import INGEST, ingest

RATE_HZ = 30
N_FRAMES = 150
RAW = INGEST.model_copy(update={"joint_centre_low_pass_hz": 0})
MADE = walk(RATE_HZ, N_FRAMES, tilt_deg=-8)
POINTS = np.stack(list(joint_centres("kinect_v2", *MADE).values()), axis=1)  # (T, 25, 3), y up
Z_UP = POINTS[:, :, [2, 0, 1]]
LEGS = [f"{name}_{s}" for name in ("hip_flexion", "hip_adduction", "knee_angle") for s in "rl"]


def table(time_s: np.ndarray, points: np.ndarray, numbered_first: bool = True) -> str:
    """The layout of Jun et al. (2020): the time, then number, x, y and z of each of 25 points; no names."""
    lines = []
    for frame, seconds in enumerate(time_s):
        missing_numbers = frame == 0 and not numbered_first
        cells = [f"{seconds:.6f}"]
        for number, position in enumerate(points[frame]):
            cells += ["NaN" if missing_numbers and number % 2 else str(number)]
            cells += ["NaN" if np.isnan(value) else f"{value:.9g}" for value in position]
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def read(folder, time_s, points, **named):
    text = table(time_s, points, **named)
    outcome = ingest(folder, "a.csv", text, settings=RAW, skeleton="kinect_v2", up_axis="z")
    assert outcome.frames is not None, outcome.issues
    return outcome


def errors_deg(outcome, first: int = 0) -> np.ndarray:
    """Errors (T, legs) of the angles against those of the frame made at the same time; NaN in gaps.

    `first` is the frame that the recording begins with.
    """
    made = np.rint(outcome.time_s * RATE_HZ).astype(int) + first
    read = np.stack([outcome.angle_deg(name) for name in LEGS], axis=1)
    truth = np.degrees(MADE[2][:, [JOINT_NAMES.index(name) for name in LEGS]])
    known = np.isfinite(read).all(axis=1)
    assert np.abs(outcome.time_s * RATE_HZ + first - made)[known].max() < 0.1
    return read - truth[np.minimum(made, N_FRAMES - 1)]


def test_the_clock_starts_again_during_a_pause(tmp_path):
    keep = np.r_[0:60, 75:N_FRAMES]
    time_s = (57.9 + np.arange(N_FRAMES) / RATE_HZ)[keep] % 60  # the wrap falls into the pause
    outcome = read(tmp_path, time_s, Z_UP[keep])
    assert "clock_wrapped" in outcome.problems()
    errors = errors_deg(outcome)
    assert np.isnan(errors).all(axis=1).sum() == 1  # the pause
    assert np.nanmax(np.abs(errors)) < 1.5


def test_of_frames_at_the_same_time_the_first_is_kept(tmp_path):
    time_s = np.insert(np.arange(N_FRAMES) / RATE_HZ, [40, 90], [39 / RATE_HZ, 89 / RATE_HZ])
    points = np.insert(Z_UP, [40, 90], Z_UP[[60, 20]], axis=0)  # other positions under that time
    outcome = read(tmp_path, time_s, points)
    assert "repeated_time" in outcome.problems()
    assert len(outcome.frames) == N_FRAMES
    assert np.abs(errors_deg(outcome)).max() < 1.5


def test_a_first_row_without_numbers_and_positions_is_a_row_all_the_same(tmp_path):
    points = Z_UP.copy()
    points[0] = np.nan
    time_s = np.arange(N_FRAMES) / RATE_HZ
    outcome = read(tmp_path, time_s, points, numbered_first=False)
    assert len(outcome.frames) == N_FRAMES - 1
    assert np.abs(errors_deg(outcome, first=1)).max() < 1.5


def test_absurd_numbers_in_the_first_and_the_last_frames_shorten_the_recording(tmp_path):
    points = Z_UP.copy()
    points[:3, 17], points[-2:, 12] = 1e267, -1e80  # KneeRight, HipLeft
    outcome = read(tmp_path, np.arange(N_FRAMES) / RATE_HZ, points)
    assert {"absurd_numbers", "gap_trimmed"} <= set(outcome.problems())
    assert len(outcome.frames) == N_FRAMES - 5
    assert np.abs(errors_deg(outcome, first=3)).max() < 1.5


@pytest.mark.parametrize(("distance_m", "is_gap"), [(5.5, False), (6.5, True)])
def test_what_lies_beyond_six_metres_of_the_body_is_a_gap(distance_m, is_gap, tmp_path):
    points = Z_UP.copy()
    middle = np.median(points[70], axis=0)
    points[70, 6] = middle + np.array([distance_m, 0, 0])  # WristLeft, which may lie anywhere
    outcome = read(tmp_path, np.arange(N_FRAMES) / RATE_HZ, points)
    assert ("far_points" in outcome.problems()) == is_gap
    assert np.isnan(outcome.angle_deg("elbow_flex_l")).nonzero()[0].tolist() == [70] * is_gap


def test_a_pelvis_that_is_thrown_away_is_a_gap_and_not_the_body_around_it(tmp_path):
    points = Z_UP.copy()
    points[70:72, [0, 1, 12, 16]] += [0, 40, 0]  # SpineBase, SpineMid, both hips
    outcome = read(tmp_path, np.arange(N_FRAMES) / RATE_HZ, points)
    gone = np.isnan(errors_deg(outcome)).all(axis=1).nonzero()[0].tolist()
    assert gone == [70, 71]
    assert np.isfinite(outcome.angle_deg("elbow_flex_r")).all()


def test_a_tracker_that_froze_while_a_point_was_missing(tmp_path):
    points = Z_UP.copy()
    points[:, 7] = np.nan  # HandLeft, never seen
    points[60:70, 6] = np.nan  # WristLeft
    points[60:70] = points[60]
    outcome = read(tmp_path, np.arange(N_FRAMES) / RATE_HZ, points)
    assert "lost_frames" in outcome.problems()
    gone = np.isnan(errors_deg(outcome)).all(axis=1).nonzero()[0].tolist()
    assert gone == list(range(61, 70))  # the first of them was measured


def spoilt(seed: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Times and points with every quirk at once, at places of their own, and the number of frames hit."""
    random = np.random.default_rng(seed)
    points, time_s = Z_UP.copy(), np.arange(N_FRAMES) / RATE_HZ + 60 - random.uniform(1, 4)
    hit = random.permutation(np.arange(10, N_FRAMES - 10))[:8]
    points[hit[0], random.integers(25)] = random.choice([1e267, -1e80, np.inf, 38.9])
    points[hit[1]] = np.nan
    points[hit[2]] = 0
    points[hit[3], random.integers(25)] = 0
    points[hit[4]] += [0, 0, 1e30]
    points[hit[5]] = np.nan
    points[hit[5], 3] = [-32.768, 0, 0]  # the head alone, far away
    lost = np.arange(hit[6], hit[6] + random.integers(1, 5))
    points, time_s = np.delete(points, lost, axis=0), np.delete(time_s, lost)
    doubled = random.integers(5, len(time_s) - 5)
    points = np.insert(points, doubled, points[doubled - 1], axis=0)
    time_s = np.insert(time_s, doubled, time_s[doubled - 1])
    return time_s % 60, points, 6 + len(lost)


@pytest.mark.parametrize("seed", range(20))
def test_all_quirks_at_once_leave_the_other_frames_as_they_are(seed, tmp_path):
    time_s, points, n_hit = spoilt(seed)
    outcome = read(tmp_path, time_s, points)
    assert {"clock_wrapped", "repeated_time"} <= set(outcome.problems())
    errors = errors_deg(outcome)
    assert np.nanmax(np.abs(errors)) < 1.5
    assert np.isnan(errors).any(axis=1).sum() <= n_hit
    smooth = ingest(tmp_path, "a.csv", table(time_s, points), skeleton="kinect_v2", up_axis="z")
    assert np.nanmax(np.abs(errors_deg(smooth))) < 4  # the filter spreads nothing of it
