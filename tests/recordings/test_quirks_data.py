"""Defects seen in real motion files, separators to skeletons: one test a row of QUIRKS.csv."""

import numpy as np
import pytest

from biomechgpt.cohort.tables import read_cohort, trial_labels
from biomechgpt.errors import InputError
from tests.helpers.motion_files import gait, ingest, mot, rotations, rows
from tests.helpers.skeleton_files import bvh

KNEE_DEG = gait(knee=-1)["knee_angle_r"]


def assert_is_the_gait(outcome):
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)


def tables(folder, participants, trials):
    folder.mkdir(exist_ok=True)
    (folder / "participants.tsv").write_text(participants)
    (folder / "trials.tsv").write_text(trials)
    return read_cohort("test", folder)


@pytest.mark.parametrize("name", ["a.csv", "a.mot"])
def test_23_mot_resaved_as_csv(tmp_path, name):
    padding = "," * (len(gait()) - 1)
    note = '"Units are S.I. units (second, meters, Newtons, ...)"'
    header = ["Coordinates", "version=1", "nRows=200", "inDegrees=yes", note, "endheader"]
    text = "".join(f"{line}{padding}\r\n" for line in header) + rows(gait(), ",", "\r\n")
    outcome = ingest(tmp_path, name, text)
    assert_is_the_gait(outcome)
    assert "unit_inferred" not in outcome.problems()


def test_24_whitespace_around_rows(tmp_path):
    head, body = mot(gait()).split("endheader\n")
    lines = [" \t" + line.replace("\t", "  \t ") + " \t \t" for line in body.splitlines()]
    assert_is_the_gait(ingest(tmp_path, "a.mot", head + "endheader\n" + "\n".join(lines)))
    lines = ["   " + line.replace("\t", "    ") + "  " for line in body.splitlines()]
    assert_is_the_gait(ingest(tmp_path, "b.mot", head + "endheader\n" + "\n".join(lines)))


def test_25_uneven_time_step(tmp_path):
    columns = gait(rate_hz=60) | {"time": np.round(np.arange(200) / 60, 3)}
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.info["frame_rate_hz"] == pytest.approx(60, abs=0.01)
    assert "uneven_time" not in outcome.problems()
    columns["time"][100:] += 0.005
    assert "uneven_time" in ingest(tmp_path, "a.mot", mot(columns)).problems()


def test_26_repeated_and_decreasing_time(tmp_path):
    columns = gait()
    columns["time"][50] = columns["time"][49]
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert len(outcome.frames) == 199
    assert (np.diff(outcome.time_s) > 0).all()
    assert "repeated_time" in outcome.problems()
    columns["time"][50] = columns["time"][40]
    refused = ingest(tmp_path, "a.mot", mot(columns))
    assert refused.problems() == ["time_decreasing"]
    assert "row 51" in refused.issues[0].detail


def test_27_time_column_wrong(tmp_path):
    columns = gait() | {"time": np.arange(200) / 3000}
    refused = ingest(tmp_path, "a.mot", mot(columns))
    assert refused.problems() == ["implausible_speed"]
    outcome = ingest(tmp_path, "a.mot", mot(columns), frame_rate_hz="100")
    assert_is_the_gait(outcome)
    assert outcome.info["frame_rate_hz"] == pytest.approx(100)


def test_28_time_not_starting_at_0(tmp_path):
    columns = gait() | {"time": gait()["time"] + 11.49}
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.time_s[0] == 0
    assert outcome.time_s[-1] == pytest.approx(1.99)


@pytest.mark.parametrize("rate_hz", [60, 100, 150, 200, 240, 250, 500, 1000])
def test_29_very_different_rates(tmp_path, rate_hz):
    outcome = ingest(tmp_path, "a.mot", mot(gait(n_frames=2 * rate_hz, rate_hz=rate_hz)))
    assert outcome.info["frame_rate_hz"] == pytest.approx(rate_hz, rel=1e-3)
    assert len(outcome.frames) == 2 * rate_hz


def test_30_very_short_trial_is_left_to_the_later_rule(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(gait(n_frames=15)))
    assert len(outcome.frames) == 15


def test_31_nan_gaps_at_trial_ends(tmp_path):
    columns = gait()
    columns["knee_angle_r"][:10] = np.nan
    columns["arm_flex_l"][-20:] = np.nan
    columns["hip_rotation_r"][90:95] = np.nan
    columns["wrist_dev_l"][:150] = np.nan
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert len(outcome.frames) == 170
    assert outcome.time_s[0] == 0
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG[10:180], atol=1e-3)
    assert np.flatnonzero(np.isnan(outcome.angle_deg("hip_rotation_r"))).tolist() == [
        *range(80, 85)
    ]
    assert np.isnan(outcome.angle_deg("wrist_dev_l")).all()
    assert {"gap_trimmed", "mostly_missing"} <= set(outcome.problems())


def test_32_force_file_with_the_same_extension(tmp_path):
    names = [f"ground_force_{kind}{axis}" for kind in "vp" for axis in "xyz"]
    columns = {"time": np.arange(50) / 1000} | {
        n: np.random.default_rng(0).normal(size=50) for n in names
    }
    header = "name grf.mot\ndatacolumns 7\ndatarows 50\nrange 0 1\nendheader \n\n"
    assert ingest(tmp_path, "a.mot", mot(columns, header=header)).problems() == ["not_motion"]


def test_33_force_file_with_all_zero_coordinates(tmp_path):
    columns = {n: v * (n in ("time", "pelvis_tx")) for n, v in gait().items()}
    columns["ground_force_vy"] = 700 * gait()["time"]
    assert ingest(tmp_path, "a.mot", mot(columns)).problems() == ["all_constant"]


def test_34_partial_models(tmp_path):
    t = np.arange(50) / 100
    pendulum = {"time": t, "r1_z": t, "r2_x": t}
    assert ingest(tmp_path, "a.mot", mot(pendulum)).problems() == ["not_motion"]
    arm = {"time": t, "arm_flex_r": t, "elbow_flex_r": t, "pro_sup_r": t}
    assert ingest(tmp_path, "b.mot", mot(arm)).problems() == ["not_motion"]


def test_35_one_row(tmp_path):
    assert ingest(tmp_path, "a.mot", mot(gait(n_frames=1))).problems() == ["one_row"]


def test_36_exact_duplicates_bear_the_same_hash(tmp_path):
    first = ingest(tmp_path, "a.mot", mot(gait()))
    second = ingest(tmp_path, "another_name.mot", mot(gait()))
    assert first.info["file_sha256"] == second.info["file_sha256"]
    np.testing.assert_array_equal(first.frames, second.frames)


def test_37_one_person_under_several_ids(tmp_path):
    cohort = tables(
        tmp_path,
        "participant_id\tsplit_group\nA1\tone\nB7\tone\nC\tn/a\n",
        "trial_id\tparticipant_id\tfile\n1\tA1\ta.mot\n2\tB7\tb.mot\n3\tC\tc.mot\n",
    )
    assert trial_labels([cohort])["split_group"].tolist() == ["one", "one", "C"]


@pytest.mark.parametrize("other", ["P07", "p7", "P007"])
def test_38_inconsistent_zero_padding_of_ids(tmp_path, other):
    trials = "trial_id\tparticipant_id\tfile\n1\tP7\ta.mot\n"
    with pytest.raises(InputError, match=rf"line 3.*'{other}' differs from 'P7' \(line 2\)"):
        tables(tmp_path, f"participant_id\tage\nP7\t1\n{other}\t2\n", trials)
    with pytest.raises(InputError, match=f"did you mean '{other}'"):
        tables(tmp_path, f"participant_id\tage\n{other}\t2\n", trials)
    assert tables(tmp_path, "participant_id\nP7\nP70\n", trials).participants.shape == (2, 1)


def test_39_labels_file_without_header(tmp_path):
    with pytest.raises(InputError, match=r"participants.tsv, line 1: column 'participant_id'"):
        tables(tmp_path, "P2\tstroke\nP1\thealthy\n", "trial_id\tparticipant_id\tfile\n")


def test_40_bvh_joint_name_typos(tmp_path):
    columns = {
        "HEad.Xrotation": -5.0,
        "LeftShoulder1.Zrotation": 3.0,
        "RightShoulder.Zrotation": 2.0,
    }
    outcome = ingest(tmp_path, "a.bvh", bvh(columns))
    np.testing.assert_allclose(outcome.angle_deg("neck_extension"), 5, atol=1e-3)
    assert "unknown_columns" not in outcome.problems()
    assert np.isfinite(outcome.angle_deg("arm_add_l")).all()


def test_41_bvh_t_pose_zero_and_channel_order(tmp_path):
    pose = {"RightArm.Zrotation": 90.0, "LeftArm.Zrotation": -90.0, "RightForeArm.Yrotation": 35.0}
    outcome = ingest(tmp_path, "a.bvh", bvh(pose))
    for name in (
        "arm_flex_r",
        "arm_flex_l",
        "arm_add_r",
        "arm_add_l",
    ):  # neutral elbows lie 3 aside
        np.testing.assert_allclose(outcome.angle_deg(name), 0, atol=3)
    phase = 2 * np.pi * np.arange(120) / 60
    np.testing.assert_allclose(outcome.angle_deg("hip_flexion_r"), 20 * np.sin(phase), atol=1e-3)
    np.testing.assert_allclose(
        outcome.angle_deg("knee_angle_l"), -30 - 25 * np.cos(phase), atol=1e-3
    )
    assert outcome.info["frame_rate_hz"] == pytest.approx(60)
    other_order = bvh(pose, ("Xrotation", "Yrotation", "Zrotation"))
    np.testing.assert_allclose(
        ingest(tmp_path, "b.bvh", other_order).frames, outcome.frames, atol=1e-6
    )


def test_units_in_the_table_win_over_the_file(tmp_path):
    radians = mot(rotations(gait(), np.pi / 180), "yes")
    outcome = ingest(tmp_path, "a.mot", radians, angle_unit="rad")
    assert_is_the_gait(outcome)
    assert "unit_doubtful" in ingest(tmp_path, "a.mot", radians).problems()
    degrees = mot(gait(), "no")
    assert ingest(tmp_path, "a.mot", degrees).problems() == ["out_of_range"]
