"""Tables that are no recording of a body, and stretches of a recording that are none."""

import numpy as np
import pytest

from tests.helpers.motion_files import gait, ingest, mot, rotations, rows

KNEE_DEG = gait(knee=-1)["knee_angle_r"]


def detail_of(outcome, problem):
    (detail,) = [issue.detail for issue in outcome.issues if issue.problem == problem]
    return detail


@pytest.mark.parametrize("factor", [1.4 / 62, np.pi / 180 * np.pi / 180])
def test_angles_that_never_leave_zero_are_no_body(tmp_path, factor):
    for name, in_degrees in (("a.mot", "yes"), ("b.sto", "no")):
        columns = rotations(gait(), factor if in_degrees == "yes" else np.radians(factor))
        outcome = ingest(
            tmp_path,
            name,
            mot(columns, in_degrees),
            angle_unit="deg" if in_degrees == "yes" else "rad",
        )
        assert outcome.problems() == ["not_motion"]
        assert "no body stands so straight" in outcome.issues[0].detail


@pytest.mark.parametrize("step", [1, 5, 10])
def test_frame_numbers_are_no_time(tmp_path, step):
    columns = gait() | {"time": step * np.arange(200.0)}
    for name, text in (("a.mot", mot(columns)), ("b.csv", rows(columns, ","))):
        outcome = ingest(tmp_path, name, text)
        assert outcome.problems() == ["no_frame_rate"]
        assert "frame numbers?" in outcome.issues[0].detail
        assert "frame_rate_hz" in outcome.issues[0].detail
    told = ingest(tmp_path, "a.mot", None, frame_rate_hz="100")
    np.testing.assert_allclose(told.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)


@pytest.mark.parametrize("rate_hz", [50, 60, 100, 240, 1000])
def test_milliseconds_are_guessed_at_every_rate(tmp_path, rate_hz):
    columns = gait(290, rate_hz) | {"time": 1000 * np.arange(290) / rate_hz}
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.problems() == ["no_frame_rate"]
    assert "milliseconds?" in outcome.issues[0].detail


@pytest.mark.parametrize("n_frames", [51, 101, 201])
def test_percent_of_the_gait_cycle_is_no_time(tmp_path, n_frames):
    columns = gait(n_frames) | {"time": np.linspace(0, 100, n_frames)}
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.problems() == ["no_frame_rate"]
    assert "percent of the gait cycle?" in outcome.issues[0].detail


def test_a_slow_but_possible_rate_is_taken(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(gait(60, 10)))
    assert outcome.info["frame_rate_hz"] == pytest.approx(10)


def test_zeros_while_nobody_is_seen_are_a_gap(tmp_path):
    columns = gait()
    for name in columns:
        if name != "time":
            columns[name][80:130] = 0
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert detail_of(outcome, "lost_frames").startswith("50 of 200 frames")
    knee = outcome.angle_deg("knee_angle_r")
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(knee)), np.arange(80, 130))
    np.testing.assert_allclose(knee[130:], KNEE_DEG[130:], atol=1e-3)
    assert np.isnan(outcome.angle_deg("arm_flex_r")[80:130]).all()


def test_zeros_at_the_start_are_cut_off(tmp_path):
    columns = {
        n: v if n == "time" else np.where(np.arange(200) < 60, 0, v) for n, v in gait().items()
    }
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert {"lost_frames", "gap_trimmed"} <= set(outcome.problems())
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG[60:], atol=1e-3)


def test_one_leg_at_zero_is_lost_too(tmp_path):
    columns = gait()
    for part in ("hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle"):
        columns[f"{part}_l"][50] = 0
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert np.flatnonzero(np.isnan(outcome.angle_deg("knee_angle_r"))).tolist() == [50]


def test_a_body_frozen_for_a_stretch_is_a_gap(tmp_path):
    columns = {
        n: v if n == "time" else np.r_[v[:100], np.repeat(v[99], 100)] for n, v in gait().items()
    }
    columns = {n: np.r_[v[:120], gait()[n][120:]] for n, v in columns.items()}
    outcome = ingest(tmp_path, "a.csv", rows(columns, ","))
    lost = np.flatnonzero(np.isnan(outcome.angle_deg("knee_angle_r")))
    np.testing.assert_array_equal(lost, np.arange(100, 120))


def test_every_second_frame_of_a_doubled_rate_is_a_gap(tmp_path):
    doubled = {n: v if n == "time" else np.repeat(v[::2], 2) for n, v in gait().items()}
    outcome = ingest(tmp_path, "a.mot", mot(doubled))
    lost = np.flatnonzero(np.isnan(outcome.angle_deg("hip_flexion_l")))
    np.testing.assert_array_equal(lost, np.arange(1, 199, 2))


def test_single_copies_and_coarsely_rounded_standing_are_kept(tmp_path):
    columns = {n: v if n == "time" else np.r_[v[:-1], v[-2]] for n, v in gait().items()}
    assert "lost_frames" not in ingest(tmp_path, "a.mot", mot(columns)).problems()
    still = {n: v if n == "time" else np.round(v) for n, v in standing(-30, 200).items()}
    outcome = ingest(tmp_path, "b.mot", mot(still))
    assert "lost_frames" not in outcome.problems()
    assert len(outcome.frames) == 200


def test_a_single_jump_is_remarked_on(tmp_path):
    columns = gait()
    columns["hip_flexion_r"][2:] -= 47
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert "hip_flexion_r 1, first at frame 3" in detail_of(outcome, "jumps")
    assert "jumps" not in ingest(tmp_path, "b.mot", mot(gait())).problems()


def test_a_pelvis_that_shoots_through_the_floor_is_a_filter_that_swings_in(tmp_path):
    columns = gait()
    columns["pelvis_ty"] = 0.9 - 2.0 * np.exp(-np.arange(200) / 5)
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.problems() == ["implausible_speed"]
    assert "pelvis_ty falls to -1.10 m" in outcome.issues[0].detail
    columns["pelvis_ty"] = np.linspace(0.9, -0.9, 200)  # down a flight of stairs
    assert ingest(tmp_path, "b.mot", mot(columns)).frames is not None
    columns["pelvis_ty"] = np.where(np.arange(200) == 50, -9999, 0.9)
    assert ingest(tmp_path, "c.mot", mot(columns)).frames is not None


def test_legs_that_walk_in_phase_are_remarked_on_and_squats_are_not(tmp_path):
    columns = gait()
    for part in ("hip_flexion", "knee_angle"):
        columns[f"{part}_l"] = columns[f"{part}_r"]
    assert "legs_in_phase" in ingest(tmp_path, "a.mot", mot(columns)).problems()
    for side in "rl":
        columns[f"hip_flexion_{side}"] = columns["knee_angle_r"] + 2
    assert "legs_in_phase" not in ingest(tmp_path, "b.mot", mot(columns)).problems()
    assert "legs_in_phase" not in ingest(tmp_path, "c.mot", mot(gait())).problems()


def test_one_frame_in_seven_is_no_resting_at_a_limit(tmp_path):
    assert "clamped" not in ingest(tmp_path, "a.mot", mot(gait(n_frames=7))).problems()


def standing(knee_deg=-5.0, n_frames=300):
    """Quiet standing in degrees: hips and ankles within 5, the knees at `knee_deg`."""
    time_s = np.arange(n_frames) / 100
    columns = {"time": time_s}
    for index, name in enumerate(n for n in gait() if n not in ("time",)):
        columns[name] = 1.5 * np.sin(index) + np.sin(2 * time_s + index)
    columns["pelvis_ty"] = 0.9 + 0 * time_s
    for side in "rl":
        columns[f"knee_angle_{side}"] = knee_deg + 0.5 * np.sin(3 * time_s)
    return columns


def test_standing_in_degrees_is_told_from_radians_by_the_body(tmp_path):
    outcome = ingest(tmp_path, "a.sto", mot(standing(), None))
    assert "taken as deg" in detail_of(outcome, "unit_inferred")
    np.testing.assert_allclose(
        outcome.angle_deg("ankle_angle_r"), standing()["ankle_angle_r"], atol=1e-3
    )
    stated = ingest(tmp_path, "b.sto", mot(standing()))
    assert "unit_doubtful" not in stated.problems()


def test_one_wild_value_does_not_turn_radians_into_degrees(tmp_path):
    columns = rotations(gait(), np.pi / 180)
    columns["arm_flex_r"][40] = -9999
    outcome = ingest(tmp_path, "a.sto", mot(columns, None))
    assert "taken as rad" in detail_of(outcome, "unit_inferred")
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)


def test_radians_called_degrees_are_refused_with_the_remedy(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(rotations(gait(), np.pi / 180), "yes"))
    assert outcome.frames is None
    assert "set angle_unit to rad" in detail_of(outcome, "unit_doubtful")


def test_a_posture_that_fits_both_units_is_refused(tmp_path):
    both = {n: v if n == "time" else v * 0 + 0.1 * np.sin(v) for n, v in standing().items()}
    both |= {f"arm_add_{side}": -3.05 + 0.01 * both["time"] for side in "rl"}
    outcome = ingest(tmp_path, "a.csv", rows(both, ","))
    assert outcome.problems() == ["unit_unknown"]
    assert "degrees as well as radians" in outcome.issues[0].detail
