"""Skeleton maps: what a user may write, and how a mistake in one is named."""

import numpy as np
import pytest
import yaml

from biomechgpt.errors import InputError
from biomechgpt.recordings.joint_centres.layouts import read_skeletons
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.joint_centre_files import csv_of, joint_centres, walk
from tests.helpers.motion_files import INGEST, MAPS, SKELETONS

OWN = {
    "points": ["Pelvis", "R hip", "R knee", "R ankle", "L hip", "L knee", "L ankle"],
    "landmarks": {f"{name}_{{s}}": f"{{S}} {name}" for name in ("hip", "knee", "ankle")},
}


def written(folder, content, name="own"):
    path = folder / "skeletons" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content))
    return path


def test_the_layouts_have_the_number_of_points_of_their_sources():
    layouts = [item for item in read_skeletons(SKELETONS) if not item.only_by_name]
    numbers = {layout.name: len(layout.points) for layout in layouts}
    assert numbers == {
        "azure_kinect": 32, "body25": 25, "coco17": 17, "h36m17": 17, "halpe26": 26,
        "kinect_v2": 25, "mediapipe33": 33, "smpl": 24,
    }  # fmt: skip


@pytest.mark.parametrize("handedness", ["right", "left"])
def test_a_layout_of_one_s_own_is_one_file(handedness, tmp_path):
    made = walk(60)
    names = {"hip": "Hip", "knee": "Knee", "ankle": "Ankle"}
    centres = joint_centres("kinect_v2", *made)
    flip = [1, 1, -1 if handedness == "left" else 1]
    points = {
        f"{side[0]} {name}": centres[f"{names[name]}{side}"] * flip
        for name in names
        for side in ("Right", "Left")
    }
    file = tmp_path / "a.csv"
    file.write_text(csv_of(points, np.arange(240) / 60))
    settings = INGEST.model_copy(update={"joint_centre_low_pass_hz": 0})
    own = written(tmp_path, OWN | {"handedness": handedness})
    motion = read_recording(file, {}, reading_with([*MAPS, own], settings))
    assert motion.map_name == "own"
    knee = motion.frames[:, 7 + 3]  # knee_angle_r
    np.testing.assert_allclose(np.degrees(knee), np.degrees(made[2][:, 3]), atol=1.5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"points": None}, "'points' must list"),
        ({"points": ["a", "A"]}, "differ in letters"),
        ({"landmarks": {"hip_{s}": "{S} hip"}}, "lacks knee_r, knee_l, ankle_r, ankle_l"),
        ({"landmarks": {"nose": "Pelvis"}}, "'landmarks.nose' is no joint centre"),
        ({"landmarks": {"hip_r": "R hop"}}, "'R hop' is none of 'points'"),
        ({"aliases": {"Hips": "Hip"}}, "'aliases.Hips' must be one of 'points'"),
        ({"up_axis": "up"}, "'up_axis' must be one of x, y, z"),
        ({"length_unit": "inch"}, "'length_unit' must be one of m, cm, mm"),
        ({"length_unit": 0}, "'length_unit' must be a number from"),
        ({"only_by_name": "yes"}, "'only_by_name' must be one of True, False"),
        ({"handedness": "both"}, "'handedness' must be one of right, left"),
        ({"spine_lean_deg": "far"}, "'spine_lean_deg' must be a number from -90 to 90"),
        ({"frame_rate_hz": 0}, "'frame_rate_hz' must be a number from 1"),
        ({"limbs": []}, "unknown key 'limbs'"),
    ],
)
def test_a_mistake_in_a_skeleton_map_names_file_and_key(change, words, tmp_path):
    path = written(tmp_path, OWN | change)
    with pytest.raises(InputError, match=words) as error:
        read_skeletons([path])
    assert str(path) in str(error.value)
