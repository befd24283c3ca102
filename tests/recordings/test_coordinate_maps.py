"""Coordinate maps: the ones that come along, one's own, and mistakes in one's own."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.errors import InputError
from biomechgpt.recordings.coordinate_map_files import read_coordinate_maps
from biomechgpt.recordings.coordinate_maps import (
    PELVIS_ANGLES,
    apply_map,
    covered,
    fitting_maps,
    unknown_columns,
)
from tests.helpers.motion_files import MAPS, gait
from tests.helpers.paths import ROOT

OWN = """
knee_flexion: positive
recognise: {required: ["Hip*Right"]}
ignore: ["Quality*"]
aliases: {"Hip Flex Right": HipFlexRight}
coordinates:
  hip_flexion_r: HipFlexRight
  hip_flexion_l: HipFlexLeft
  knee_angle_r: -KneeRight
  knee_angle_l: {sum: {KneeLeft: -1, KneeLeftMore: -0.5}, offset_deg: 10}
  lumbar_extension: {sum: {Low: 1}, sum_if_present: {High: 2}}
"""
TURN = np.array([0.0, 60.0, 20.0])


def own(tmp_path, text=OWN):
    (tmp_path / "own.yaml").write_text(text)
    return read_coordinate_maps([tmp_path / "own.yaml"])[0]


def test_the_workflows_own_map_covers_every_coordinate():
    maps = {item.name: item for item in read_coordinate_maps(MAPS)}
    whole = {*PELVIS_POSITION, *PELVIS_ANGLES, *JOINT_NAMES}
    assert set(maps["biomechgpt34"].rules) == whole
    assert set(maps["locomujoco"].rules) == whole
    no_neck = {name for name in whole if not name.startswith("neck")}
    assert set(maps["opensim_rajagopal"].rules) == set(maps["opensim_gait"].rules) == no_neck
    for item in maps.values():
        assert {"knee_angle_r", "knee_angle_l"} <= set(item.rules)


def test_the_knee_is_negative_whatever_the_source_says():
    for item in read_coordinate_maps(MAPS):
        flexed = 1 if item.knee_flexion == "positive" else -1
        for side in "rl":
            (factor,) = item.rules[f"knee_angle_{side}"].terms.values()
            assert factor * flexed == -1, item.name


def test_a_map_of_ones_own(tmp_path):
    columns = {"Hip Flex Right": TURN, "HipFlexLeft": TURN, "KneeRight": TURN, "KneeLeft": TURN}
    columns |= {"KneeLeftMore": TURN, "Low": TURN, "QualityA": TURN, "Odd": TURN}
    (fitting,) = fitting_maps([own(tmp_path), *read_coordinate_maps(MAPS)], columns)
    assert fitting.name == "own"
    mapped = apply_map(fitting, columns)
    np.testing.assert_allclose(mapped["hip_flexion_r"], TURN)
    np.testing.assert_allclose(mapped["knee_angle_r"], -TURN)
    np.testing.assert_allclose(mapped["knee_angle_l"], -1.5 * TURN)
    np.testing.assert_allclose(mapped["lumbar_extension"], TURN)
    np.testing.assert_allclose(
        apply_map(fitting, columns | {"High": TURN})["lumbar_extension"], 3 * TURN
    )
    assert fitting.rules["knee_angle_l"].offset_deg == 10
    assert unknown_columns(fitting, columns) == ["Odd"]
    del columns["KneeLeftMore"]
    assert "knee_angle_l" not in covered(fitting, columns)


def test_the_map_in_the_documentation_is_a_map(tmp_path):
    blocks = (ROOT / "docs" / "cohort.md").read_text(encoding="utf-8").split("```")
    text = next(block for block in blocks if "coordinates:" in block)
    shown = own(tmp_path, text.removeprefix("yaml"))
    assert shown.rules["arm_add_l"].terms == {"Shoulder_L": -1}
    assert shown.rules["arm_add_r"].offset_deg == 90


def test_pose2sim_sums_the_joints_of_the_spine():
    maps = {item.name: item for item in read_coordinate_maps(MAPS)}
    columns = {n: v for n, v in gait().items() if not n.startswith("lumbar")}
    columns |= {"neck_flexion": columns["time"], "L5_S1_Flex_Ext": columns["time"]}
    joints = ("L4_L5", "L3_L4", "L2_L3", "L1_L2", "L1_T12")
    for name in ("L5_S1_Lat_Bending", "L5_S1_axial_rotation"):
        columns[name] = columns["time"]
    for count in (0, 5):
        columns |= {f"{joint}_Flex_Ext": columns["time"] for joint in joints[:count]}
        (fitting,) = fitting_maps(list(maps.values()), columns)
        assert fitting.name == "pose2sim"
        mapped = apply_map(fitting, columns)
        np.testing.assert_allclose(mapped["lumbar_extension"], (1 + count) * columns["time"])
        np.testing.assert_allclose(mapped["neck_extension"], columns["time"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("coordinates: [", "not valid YAML"),
        ("just text", "needs the key 'coordinates'"),
        (OWN.replace("ignore", "ingore"), "unknown key 'ingore'"),
        (OWN.replace("required", "requires"), r"unknown key 'recognise\.requires'"),
        (OWN.replace("positive", "yes please"), "'knee_flexion' must be"),
        (OWN.replace("hip_flexion_r", "hip_bending_r"), r"'coordinates\.hip_bending_r' is no"),
        (OWN.replace('["Quality*"]', "Quality"), "'ignore' must be a list"),
        (OWN + "frame_rate_hz: often\n", "'frame_rate_hz' must be a number from 1 to 100000"),
        (OWN + "frame_rate_hz: .inf\n", "'frame_rate_hz' must be a number from 1 to 100000"),
        (OWN.replace("-0.5", ".nan"), r"'coordinates\.knee_angle_l': 'nan' is no number"),
        (OWN.replace("-0.5", "9" * 400), r"'coordinates\.knee_angle_l': '9+' is no number"),
        (OWN.replace("KneeLeftMore:", "7:"), r"'coordinates\.knee_angle_l': 7 is no column name"),
        (OWN.replace("{Low: 1}", "Low"), r"'coordinates\.lumbar_extension'.*maps column names"),
        (OWN.replace('{required: ["Hip*Right"]}', "[[]]"), "'recognise' must be a mapping"),
        (OWN.replace("HipFlexRight}", "[x]}"), "'aliases' must map"),
        (OWN + "7: x\nzzz: y\n", "unknown key 7"),
        (OWN.replace("-0.5", "minus"), r"'coordinates\.knee_angle_l': 'minus' is no number"),
        (OWN.replace("offset_deg", "offset"), r"'coordinates\.knee_angle_l' needs"),
        (OWN.replace("-KneeRight", "[KneeRight]"), r"'coordinates\.knee_angle_r' needs"),
    ],
)
def test_a_mistake_names_the_file_and_the_key(tmp_path, text, message):
    with pytest.raises(InputError, match=rf"own\.yaml.*{message}"):
        own(tmp_path, text)
