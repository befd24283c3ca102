"""Defects seen in real motion files, units to separators: one test a row of QUIRKS.csv."""

import numpy as np
import pytest

from biomechgpt.recordings.coordinate_map_files import read_coordinate_maps
from biomechgpt.recordings.coordinate_maps import apply_map, fitting_maps
from biomechgpt.recordings.knees import choose_twin
from biomechgpt.recordings.units import to_radians
from tests.helpers.motion_files import INGEST, MAPS, gait, ingest, mot, rotations, rows

KNEE_DEG = gait(knee=-1)["knee_angle_r"]


def assert_is_the_gait(outcome):
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), KNEE_DEG, atol=1e-3)
    np.testing.assert_allclose(
        outcome.angle_deg("hip_flexion_l"), gait()["hip_flexion_l"], atol=1e-3
    )


def test_01_in_degrees_no(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(rotations(gait(), np.pi / 180), "no"))
    assert_is_the_gait(outcome)
    np.testing.assert_allclose(outcome.frames[:, 0], gait()["pelvis_tx"], atol=1e-5)
    assert outcome.time_s[-1] == pytest.approx(1.99)


@pytest.mark.parametrize(
    ("word", "factor"),
    [("false", np.pi / 180), ("No", np.pi / 180), ("TRUE", 1), ("Yes", 1), ("false ", np.pi / 180)],
)
def test_02_in_degrees_false(tmp_path, word, factor):
    assert_is_the_gait(ingest(tmp_path, "a.mot", mot(rotations(gait(), factor), word)))


def test_03_in_degrees_missing_values_in_degrees(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(gait(), None))
    assert_is_the_gait(outcome)
    assert "unit_inferred" in outcome.problems()
    settings = INGEST.model_copy(update={"angle_unit_when_unstated": "refuse"})
    refused = ingest(tmp_path, "a.mot", mot(gait(), None), settings=settings)
    assert refused.problems() == ["unit_unknown"]
    assert refused.issues[0].file == "a.mot"


def test_04_in_degrees_missing_values_in_radians(tmp_path):
    outcome = ingest(tmp_path, "a.sto", mot(rotations(gait(), np.pi / 180), None))
    assert_is_the_gait(outcome)
    assert "taken as rad" in next(i for i in outcome.issues if i.problem == "unit_inferred").detail


def test_05_coupled_coordinate_in_radians(tmp_path):
    columns = gait()
    columns["knee_angle_r_beta"] = np.radians(columns["knee_angle_r"])
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert_is_the_gait(outcome)
    assert outcome.info["coordinate_map"] == "opensim_rajagopal"
    assert "unknown_columns" not in outcome.problems()


@pytest.mark.parametrize(("sign", "name"), [(1, "opensim_rajagopal"), (-1, "opensim_gait")])
def test_06_knee_flexion_negative_or_positive(tmp_path, sign, name):
    outcome = ingest(tmp_path, "a.mot", mot(gait(knee=sign)))
    assert_is_the_gait(outcome)
    assert outcome.info["coordinate_map"] == name
    assert "knee_sign_inferred" not in outcome.problems()


def test_06_weak_evidence_for_the_knee_is_reported_and_overridden(tmp_path):
    columns = gait()
    columns["knee_angle_r"] = columns["knee_angle_l"] = 5 * np.sin(6 * columns["time"]) + 0.5
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert "knee_sign_inferred" in outcome.problems()
    told = ingest(tmp_path, "a.mot", mot(columns), coordinate_map="opensim_gait")
    assert "knee_sign_inferred" not in told.problems()
    np.testing.assert_allclose(told.angle_deg("knee_angle_r"), columns["knee_angle_r"], atol=1e-3)


def test_07_state_path_names(tmp_path):
    columns = {"time": gait()["time"]}
    for name, values in rotations(gait(knee=-1), np.pi / 180).items():
        if name != "time":
            columns[f"/jointset/some_joint/{name}/value"] = values
            columns[f"/jointset/some_joint/{name}/speed"] = values * 100
    outcome = ingest(tmp_path, "a.sto", mot(columns, "no"))
    assert_is_the_gait(outcome)
    assert "unknown_columns" not in outcome.problems()


def test_08_extra_columns_markers(tmp_path):
    columns = {"time": gait()["time"]} | {f"M{i}_tx": gait()["time"] for i in range(100)}
    columns |= {name: values for name, values in gait().items() if name != "time"}
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert_is_the_gait(outcome)
    details = [i.detail for i in outcome.issues if i.problem == "unknown_columns"]
    assert len(details) == 1
    assert "100 columns" in details[0]
    assert len(details[0]) < 200


def test_09_duplicate_column_names(tmp_path):
    columns = gait()
    text = mot(columns | {"again": columns["knee_angle_r"] * 9}).replace("again", "knee_angle_r")
    outcome = ingest(tmp_path, "a.mot", text)
    assert_is_the_gait(outcome)
    assert "duplicate_columns" in outcome.problems()


def test_10_missing_columns_knee_removed(tmp_path):
    for missing in (["knee_angle_r"], ["knee_angle_r", "knee_angle_l"]):
        columns = {n: v for n, v in gait().items() if n not in missing}
        outcome = ingest(tmp_path, "a.mot", mot(columns))
        assert outcome.problems() == ["too_few_joints"]
        assert "knee_angle_r" in outcome.issues[0].detail


def test_11_missing_columns_no_arms(tmp_path):
    arms = ("arm", "elbow", "pro", "wrist")
    outcome = ingest(
        tmp_path, "a.mot", mot({n: v for n, v in gait().items() if not n.startswith(arms)})
    )
    assert_is_the_gait(outcome)
    assert np.isnan(outcome.angle_deg("arm_flex_r")).all()
    settings = INGEST.model_copy(update={"min_leg_joints": 15})
    strict = ingest(tmp_path, "a.mot", None, settings=settings)
    assert strict.problems() == ["too_few_joints"]


def test_12_missing_labels_inside_one_trial(tmp_path):
    lines = [
        gait()["time"],
        *(gait()[n] for n in ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")),
    ]
    names = ["time", "RHipAngles_x", "RKneeAngles_x", "RAnkleAngles_x"]
    columns = dict(zip(names, lines, strict=True))
    columns |= {n.replace("R", "L", 1): columns[n] for n in names[1:]}
    without = ingest(tmp_path, "a.csv", rows(columns, ","))
    columns["LSpineAngles_x"] = columns["RHipAngles_x"] / 2
    full = ingest(tmp_path, "b.csv", rows(columns, ","))
    assert full.info["coordinate_map"] == without.info["coordinate_map"] == "plug_in_gait"
    assert np.isnan(without.angle_deg("lumbar_extension")).all()
    np.testing.assert_allclose(
        full.angle_deg("lumbar_extension"), -gait()["hip_flexion_r"] / 2, atol=1e-3
    )


def test_13_other_names_for_the_same_joint(tmp_path):
    columns = {
        n: v for n, v in gait().items() if not n.startswith(("lumbar", "arm", "elbow", "wrist"))
    }
    t = columns["time"]
    for part, size in (("lumbar", 3), ("thorax", 4)):
        for k, name in enumerate(("extension", "bending", "twist")):
            columns[f"{part}_{name}"] = size * np.sin(3 * t + k)
    columns |= {"elbow_flexion_r": 20 + 9 * t, "elbow_flexion_l": 30 + 9 * t, "shoulder_r_x": t}
    columns["mystery"] = t
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert outcome.info["coordinate_map"] == "articulated_spine"
    np.testing.assert_allclose(
        outcome.angle_deg("lumbar_rotation"), 7 * np.sin(3 * t + 2), atol=1e-3
    )
    np.testing.assert_allclose(outcome.angle_deg("elbow_flex_r"), 20 + 9 * t, atol=1e-3)
    unknown = next(i for i in outcome.issues if i.problem == "unknown_columns")
    assert unknown.detail.endswith("mystery")


def test_13_alias_in_an_opensim_model(tmp_path):
    columns = gait()
    columns["elbow_flexion_r"] = columns.pop("elbow_flex_r")
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    np.testing.assert_allclose(
        outcome.angle_deg("elbow_flex_r"), columns["elbow_flexion_r"], atol=1e-3
    )


def test_14_constant_dofs(tmp_path):
    columns = gait() | {"mtp_angle_r": np.zeros(200), "subtalar_angle_l": np.full(200, 3.0)}
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    detail = next(i for i in outcome.issues if i.problem == "constant_joint").detail
    assert "mtp_angle_r" in detail
    assert "subtalar_angle_l" in detail
    assert "knee" not in detail


def test_15_wrap_jumps(tmp_path):
    columns = gait()
    turning = np.linspace(150, 230, 200)
    columns["arm_flex_l"] = (turning + 180) % 360 - 180
    columns["arm_flex_r"] = columns["arm_flex_r"] + 360
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    assert np.abs(np.diff(outcome.angle_deg("arm_flex_l"))).max() < 1
    assert np.abs(outcome.angle_deg("arm_flex_r")).max() < 20
    detail = next(i for i in outcome.issues if i.problem == "wrap_jump").detail
    assert "arm_flex_l" in detail


def test_16_values_clamped_at_joint_limits(tmp_path):
    columns = gait()
    columns["arm_add_l"] = np.maximum(columns["arm_add_l"], -3.0)
    outcome = ingest(tmp_path, "a.mot", mot(columns))
    detail = next(i for i in outcome.issues if i.problem == "clamped").detail
    n_clamped = int((columns["arm_add_l"] == -3.0).sum())
    assert f"arm_add_l {n_clamped} of 200 frames" in detail
    assert "hip" not in detail


@pytest.mark.parametrize("claim", ["7", "201", "99999999999999999", "-3", "many"])
def test_17_nrows_larger_than_data(tmp_path, claim):
    outcome = ingest(tmp_path, "a.mot", mot(gait()).replace("nRows=200", f"nRows={claim}"))
    assert len(outcome.frames) == 200
    assert ("row_count" in outcome.problems()) == claim.isdecimal()


def test_18_ncolumns_wrong(tmp_path):
    text = mot(gait()).replace(f"nColumns={len(gait())}", "nColumns=999999999")
    outcome = ingest(tmp_path, "a.mot", text)
    assert_is_the_gait(outcome)
    assert "column_count" in outcome.problems()


def test_19_simm_header(tmp_path):
    header = (
        "first trial\nnRows=200\n\n# SIMM Motion File Header:\nname first trial\ndatacolumns 30\n"
        "datarows 200\notherdata 1\nrange 0.400000 1.600000\nendheader\n"
    )
    outcome = ingest(tmp_path, "a.mot", mot(gait(), header=header))
    assert_is_the_gait(outcome)
    assert "column_count" in outcome.problems()


@pytest.mark.parametrize("tail", ["\t\t\t", " ", "  \t "])
def test_20_endheader_followed_by_tabs(tmp_path, tail):
    assert_is_the_gait(
        ingest(tmp_path, "a.mot", mot(gait()).replace("endheader", f"endheader{tail}"))
    )


def test_21_blank_line_after_endheader(tmp_path):
    text = mot(gait()).replace("endheader\n", "endheader\n\n \t\n")
    assert_is_the_gait(ingest(tmp_path, "a.mot", text))


def test_22_crlf_line_ends(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(gait()).replace("\n", "\r\n"))
    assert_is_the_gait(outcome)
    assert not np.isnan(outcome.angle_deg("wrist_dev_l")).any()


def test_all_maps_are_known_by_their_own_columns():
    maps = read_coordinate_maps(MAPS)
    for item in maps:
        columns = {n: np.array([0.0, 1.0]) for r in item.rules.values() for n in r.terms}
        columns |= {n: np.array([0.0, 1.0]) for n in item.required}
        knee = 60.0 if item.knee_flexion == "positive" else -60.0
        columns |= {n: np.array([0.0, knee]) for n in columns if "nee" in n or ".Leg" in n}
        twins = fitting_maps(maps, columns)
        values_rad = to_radians(apply_map(twins[0], columns), "deg", twins[0])
        assert choose_twin(twins, values_rad)[0].name == item.name
