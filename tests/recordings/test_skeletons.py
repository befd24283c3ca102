"""Skeleton files whose joints bear known names but mean other angles by them."""

import numpy as np
import pytest

from biomechgpt.errors import InputError
from biomechgpt.recordings.coordinate_map_files import read_coordinate_maps
from tests.helpers.motion_files import ingest
from tests.helpers.skeleton_files import bvh

LEG = "OFFSET 0 -40 0"


def refusal(tmp_path, text):
    outcome = ingest(tmp_path, "a.bvh", text)
    assert outcome.problems() == ["other_skeleton"]
    return outcome.issues[0].detail


def test_another_order_of_rotations_is_refused(tmp_path):
    text = bvh({}, ("Zrotation", "Yrotation", "Xrotation"))
    assert "turns in the order ZYX" in refusal(tmp_path, text)


def test_legs_spread_at_rest_are_refused(tmp_path):
    spread = bvh({}).replace(LEG, "OFFSET 13.68 -37.59 0")  # 20 degrees outward, as at CMU
    assert "at rest RightUpLeg points to (0.34, -0.94, 0.00)" in refusal(tmp_path, spread)


def test_another_vertical_axis_is_refused(tmp_path):
    assert "rest pose or vertical axis" in refusal(tmp_path, bvh({}).replace(LEG, "OFFSET 0 0 -40"))


def test_a_skeleton_that_faces_backwards_is_refused(tmp_path):
    detail = refusal(tmp_path, bvh({}).replace("OFFSET 0 -4 8", "OFFSET 0 -4 -8"))
    assert detail.startswith("at rest RightFoot points to")


def test_a_joint_between_those_of_the_map_is_refused(tmp_path):
    text = bvh({}).replace("JOINT Spine1\n", "JOINT Chest\n")
    assert "Chest, between" in refusal(tmp_path, text)


def test_a_few_degrees_of_another_build_are_accepted(tmp_path):
    outcome = ingest(tmp_path, "a.bvh", bvh({}).replace(LEG, "OFFSET 2 -40 1"))
    phase = 2 * np.pi * np.arange(120) / 60
    np.testing.assert_allclose(
        outcome.angle_deg("knee_angle_r"), -30 + 25 * np.cos(phase), atol=1e-3
    )


def test_two_people_in_one_skeleton_file_are_refused(tmp_path):
    head, motion = bvh({}).split("MOTION")
    twice = (
        head
        + head.removeprefix("HIERARCHY\n").replace("ROOT Hips", "ROOT Hips2")
        + "MOTION"
        + motion
    )
    outcome = ingest(tmp_path, "a.bvh", twice)
    assert outcome.problems() == ["several_recordings"]
    assert "export each person alone" in outcome.issues[0].detail


@pytest.mark.parametrize(
    ("skeleton", "message"),
    [
        ("{turns: ZXY}", r"unknown key 'skeleton\.turns'"),
        ("{rotation_order: ZZX}", r"'skeleton\.rotation_order' must be"),
        ("{segments: {Leg: down}}", r"'skeleton\.segments\.Leg' must be a direction"),
    ],
)
def test_a_mistake_in_a_maps_skeleton_names_the_key(tmp_path, skeleton, message):
    path = tmp_path / "own.yaml"
    path.write_text(
        f"knee_flexion: positive\nskeleton: {skeleton}\ncoordinates: {{hip_flexion_r: A}}\n"
    )
    with pytest.raises(InputError, match=rf"own\.yaml: {message}"):
        read_coordinate_maps([path])
