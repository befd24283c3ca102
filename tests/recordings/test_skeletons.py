"""Skeleton files: whatever their names, rest pose, order of rotations, axes and unit, the same movement."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES
from biomechgpt.body.kinematics import body_positions
from biomechgpt.recordings.readers import read_motion
from tests.helpers.joint_centre_files import walk
from tests.helpers.motion_files import ingest
from tests.helpers.moving_skeletons import CONVENTIONS, skeleton_file
from tests.helpers.skeleton_files import bvh

MADE = walk(60, n_frames=120, tilt_deg=-8)
LEGS = {f"{name}_{s}" for name in ("hip_flexion", "hip_adduction", "knee_angle") for s in "rl"}
TURNS = {"hip_rotation_r", "hip_rotation_l"}
TRUNK = {f"lumbar_{name}" for name in ("extension", "bending", "rotation")}
NECK = {f"neck_{name}" for name in ("extension", "bending", "rotation")}
ARMS = {f"{name}_{s}" for name in ("arm_flex", "arm_add", "elbow_flex") for s in "rl"}
FEET = {"ankle_angle_r", "ankle_angle_l"}
T_POSE = {
    f"{joint}_r": Rotation.from_euler("x", 80, degrees=True).as_matrix()
    for joint in ("shoulder", "elbow")
}
T_POSE |= {name.replace("_r", "_l"): turn.T for name, turn in T_POSE.items()}
SPREAD = {
    f"{joint}_r": Rotation.from_euler("x", 20, degrees=True).as_matrix()
    for joint in ("hip", "knee")
}
SPREAD |= {name.replace("_r", "_l"): turn.T for name, turn in SPREAD.items()}


def movement() -> tuple:
    """A walk whose feet do not turn in or out, as no layout shows that; the head moves."""
    angles = MADE[2].copy()
    angles[:, [JOINT_NAMES.index(f"subtalar_angle_{s}") for s in "rl"]] = 0
    phase = 2 * np.pi * np.arange(len(angles)) / 60
    for number, name in enumerate(sorted(NECK)):
        angles[:, JOINT_NAMES.index(name)] = np.radians(3 + 6 * np.sin(phase + number))
    return MADE[0], MADE[1], angles


def errors_deg(outcome) -> dict[str, float]:
    """Largest error of every joint angle that the recording has."""
    assert outcome.frames is not None, outcome.issues
    recorded = outcome.frames[:, -len(JOINT_NAMES) :]
    largest = np.degrees(np.abs(recorded - movement()[2]).max(axis=0))
    return {n: e for n, e in zip(JOINT_NAMES, largest, strict=True) if not np.isnan(e)}


def test_all_joints_lie_where_the_body_has_them(tmp_path):
    (tmp_path / "a.bvh").write_text(skeleton_file("motionbuilder", movement()))
    columns = read_motion(tmp_path / "a.bvh").columns
    expected = body_positions(*movement())
    for landmark, joint in CONVENTIONS["motionbuilder"].items():
        if landmark in expected and landmark != "head":
            read = np.stack([columns[f"{joint}_{axis}"] for axis in "xyz"], axis=1)
            np.testing.assert_allclose(read, expected[landmark], atol=1e-6, err_msg=landmark)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_every_convention_gives_back_the_angles_of_the_movement(convention, tmp_path):
    outcome = ingest(tmp_path, "a.bvh", skeleton_file(convention, movement(), rest=T_POSE))
    assert outcome.info["coordinate_map"] == convention
    errors = errors_deg(outcome)
    assert errors.keys() == LEGS | TURNS | FEET | TRUNK | NECK | ARMS
    assert max(errors[name] for name in LEGS | TURNS | TRUNK | NECK) < 0.5
    assert max(errors[name] for name in FEET | ARMS) < 2


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_the_order_of_rotations_does_not_matter(order, tmp_path):
    outcome = ingest(tmp_path, "a.bvh", skeleton_file("motionbuilder", movement(), order))
    assert max(errors_deg(outcome).values()) < 2


@pytest.mark.parametrize("rest", [T_POSE, SPREAD, T_POSE | SPREAD], ids=["arms", "legs", "both"])
def test_another_standing_rest_pose_does_not_matter(rest, tmp_path):
    outcome = ingest(tmp_path, "a.bvh", skeleton_file("motionbuilder", movement(), rest=rest))
    errors = errors_deg(outcome)
    assert errors.keys() >= TURNS
    assert max(errors.values()) < 2


@pytest.mark.parametrize("seed", range(5))
def test_a_skeleton_that_does_not_rest_standing_loses_only_what_its_rest_pose_tells(seed, tmp_path):
    joints = ["pelvis", *CONVENTIONS["motionbuilder"]]
    rest = dict(zip(joints, Rotation.random(len(joints), seed).as_matrix(), strict=True))
    outcome = ingest(tmp_path, "a.bvh", skeleton_file("motionbuilder", movement(), rest=rest))
    errors = errors_deg(outcome)
    assert errors.keys() == LEGS | FEET | TRUNK | ARMS
    assert max(errors.values()) < 2


@pytest.mark.parametrize("up", ["x", "y", "z", "-x", "-y", "-z"])
@pytest.mark.parametrize(("unit", "factor"), [("m", 1), ("cm", 100), ("mm", 1000)])
def test_the_axis_that_is_up_and_the_unit_are_found(up, unit, factor, tmp_path):
    height, sign = "xyz".index(up[-1]), -1 if up.startswith("-") else 1
    axes = np.zeros((3, 3))
    axes[height, 1], axes[(height + 1) % 3, 2], axes[(height + 2) % 3, 0] = sign, sign, 1
    text = skeleton_file("motionbuilder", movement(), to_file=factor * axes)
    outcome = ingest(tmp_path, "a.bvh", text)
    assert max(errors_deg(outcome).values()) < 2
    np.testing.assert_allclose(outcome.frames[:, 1], movement()[0][:, 1], atol=1e-4)
    details = [i.detail for i in outcome.issues if i.problem == "length_unit_inferred"]
    assert details[0].startswith(f"taken as {unit}: ")


def test_a_unit_that_a_layout_knows_or_the_table_states(tmp_path):
    inches = np.eye(3) / 0.0254
    text = skeleton_file("motionbuilder", movement(), to_file=inches)
    stated = ingest(tmp_path, "a.bvh", text, length_unit="in")
    np.testing.assert_allclose(stated.frames[:, 1], 0.95, atol=1e-4)
    of_cmu = skeleton_file("cmu", movement(), to_file=np.eye(3) / 0.056444)
    outcome = ingest(tmp_path, "b.bvh", of_cmu)
    np.testing.assert_allclose(outcome.frames[:, 1], 0.95, atol=1e-4)
    assert "length_unit_inferred" not in outcome.problems()
    rescaled = ingest(tmp_path, "c.bvh", skeleton_file("cmu", movement(), to_file=100 * np.eye(3)))
    assert "length_unit_inferred" in rescaled.problems()
    np.testing.assert_allclose(rescaled.frames[:, 1], 0.95, atol=1e-4)


def test_points_of_rigid_segments_are_not_smoothed(tmp_path):
    angles = movement()[2].copy()
    angles[:, JOINT_NAMES.index("knee_angle_r")] -= np.radians(10 * (np.arange(120) % 2))  # 30 Hz
    outcome = ingest(tmp_path, "a.bvh", skeleton_file("cmu", (*movement()[:2], angles)))
    knee = np.degrees(angles[:, JOINT_NAMES.index("knee_angle_r")])
    np.testing.assert_allclose(outcome.angle_deg("knee_angle_r"), knee, atol=0.5)


def test_a_first_frame_in_another_pose_is_left_out(tmp_path):
    pelvis_m, orientation, angles = movement()
    pose = np.zeros((1, len(JOINT_NAMES)))
    pose[0, [JOINT_NAMES.index(f"arm_add_{s}") for s in "rl"]] = np.radians(-90)
    posed = (
        np.concatenate([pelvis_m[:1], pelvis_m]),
        np.concatenate([np.eye(3)[None], orientation]),
        np.concatenate([pose, angles]),
    )
    outcome = ingest(tmp_path, "a.bvh", skeleton_file("motionbuilder", posed))
    assert "start_pose" in outcome.problems()
    assert max(errors_deg(outcome).values()) < 2
    usual = ingest(tmp_path, "b.bvh", skeleton_file("motionbuilder", movement()))
    assert "start_pose" not in usual.problems()


def test_a_subject_before_the_names_and_a_brace_behind_them_do_not_matter(tmp_path):
    text = skeleton_file("motionbuilder", movement())
    named = text.replace("JOINT ", "JOINT mixamorig:").replace("ROOT ", "ROOT mixamorig:")
    assert max(errors_deg(ingest(tmp_path, "a.bvh", named)).values()) < 2
    lines = text.replace("ROOT Hips\n{", "ROOT Hips {")
    assert max(errors_deg(ingest(tmp_path, "b.bvh", lines)).values()) < 2


def test_position_channels_of_every_joint_replace_its_offset(tmp_path):
    lines = bvh({}, n_frames=60).splitlines()
    place = next(i for i, line in enumerate(lines) if line.strip() == "JOINT RightLeg")
    plain = ingest(tmp_path, "a.bvh", "\n".join(lines) + "\n")
    lines[place + 2] = "OFFSET 0 -35 0"
    lines[place + 3] = lines[place + 3].replace(
        "CHANNELS 3", "CHANNELS 6 Xposition Yposition Zposition"
    )
    first = next(i for i, line in enumerate(lines) if line.startswith("Frame Time")) + 1
    for row in range(first, len(lines)):
        cells = lines[row].split()
        lines[row] = " ".join([*cells[:9], "0", "-40", "0", *cells[9:]])
    moved = ingest(tmp_path, "b.bvh", "\n".join(lines) + "\n")
    np.testing.assert_allclose(moved.frames, plain.frames, atol=1e-9)


def test_a_skeleton_of_unknown_names_is_refused_with_some_of_them(tmp_path):
    text = skeleton_file("motionbuilder", movement()).replace("RightUpLeg", "Femur_R")
    outcome = ingest(tmp_path, "a.bvh", text)
    assert outcome.problems() == ["skeleton_unknown"]
    assert "hips, knees and ankles among Hips, " in outcome.issues[0].detail
    mapped = ingest(tmp_path, "b.bvh", bvh({}), coordinate_map="plug_in_gait")
    assert mapped.problems() == ["skeleton_unknown"]
    assert "leave it empty" in mapped.issues[0].detail


def test_a_skeleton_with_right_and_left_exchanged_is_refused(tmp_path):
    text = skeleton_file("motionbuilder", movement())
    exchanged = text.replace("Right", "@").replace("Left", "Right").replace("@", "Left")
    assert ingest(tmp_path, "a.bvh", exchanged).problems() == ["mirrored"]


def test_two_people_in_one_skeleton_file_are_refused(tmp_path):
    head, motion = bvh({}).split("MOTION")
    second = head.removeprefix("HIERARCHY\n").replace("ROOT Hips", "ROOT Hips2")
    outcome = ingest(tmp_path, "a.bvh", f"{head}{second}MOTION{motion}")
    assert outcome.problems() == ["several_recordings"]
    assert "export each person alone" in outcome.issues[0].detail


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("OFFSET 0 -40 0", "OFFSET 0 nan 0", "an OFFSET is 0 nan 0"),
        ("OFFSET 0 -40 0", "OFFSET 0 down 0", "an OFFSET is no number"),
        ("Zrotation Xrotation", "Zrotation Zrotation", "a channel of Hips is named twice"),
        ("JOINT RightLeg", "JOINT RightUpLeg", "two joints are called RightUpLeg"),
    ],
)
def test_a_hierarchy_that_says_two_things_is_refused(old, new, words, tmp_path):
    outcome = ingest(tmp_path, "a.bvh", bvh({}).replace(old, new, 1))
    assert outcome.problems() == ["unreadable"]
    assert words in outcome.issues[0].detail


def real_skeletons(recordings):
    return sorted(recordings.rglob("*.bvh"))


def test_the_knee_of_real_skeletons_is_the_angle_between_thigh_and_shank(recordings, tmp_path):
    for path in real_skeletons(recordings)[::9]:
        columns = read_motion(path).columns
        joints = {
            name: np.stack([columns[f"{name}_{axis}"] for axis in "xyz"], axis=1)
            for name in ("RightUpLeg", "RightLeg", "RightFoot")
        }
        thigh = joints["RightLeg"] - joints["RightUpLeg"]
        shank = joints["RightFoot"] - joints["RightLeg"]
        lengths = np.linalg.norm(thigh, axis=1) * np.linalg.norm(shank, axis=1)
        between = np.degrees(np.arccos(np.sum(thigh * shank, axis=1) / lengths))
        outcome = ingest(tmp_path / path.stem, "a.bvh", path.read_bytes())
        knee = outcome.angle_deg("knee_angle_r")
        bent = between > 30
        assert bent.any()
        np.testing.assert_allclose(-knee[bent], between[bent], atol=0.01)
        first = COORDINATE_NAMES.index("hip_rotation_r")
        assert np.isfinite(outcome.frames[:, first]).all()
