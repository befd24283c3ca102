"""Simulated movement of every activity and impairment to joint centres and .bvh files, and back."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES
from biomechgpt.body.inverse_kinematics import centres_to_angles
from biomechgpt.body.kinematics import body_positions
from biomechgpt.recordings.recording import read_recording, reading_with
from biomechgpt.simulation.ground import N_JOINTS, orientation
from tests.helpers.joint_centre_files import LAYOUTS, joint_centres
from tests.helpers.motion_files import INGEST, SKELETONS
from tests.helpers.moving_skeletons import body_segments, skeleton_file
from tests.helpers.simulated_trials import ACTIVITIES, IMPAIRMENTS, RATE_HZ, trial

WALK = ("overground walking", "comfortable")
RAW = reading_with(SKELETONS, INGEST.model_copy(update={"joint_centre_low_pass_hz": 0}))
LEGS = {f"{name}_{s}" for name in ("hip_flexion", "hip_adduction", "knee_angle") for s in "rl"}
TRUNK = {f"lumbar_{name}" for name in ("extension", "bending", "rotation")}
ARMS = {f"{name}_{s}" for name in ("arm_flex", "arm_add", "elbow_flex") for s in "rl"}
FEET = {"ankle_angle_r", "ankle_angle_l"}
TURNS = {"hip_rotation_r", "hip_rotation_l"}
NECK = {f"neck_{name}" for name in ("extension", "bending", "rotation")}
WITH_A_SPINE = [name for name, layout in LAYOUTS.items() if "lumbar" in layout.landmarks]


def movement(activity: str, condition: str, diagnosis: str | None = None) -> tuple:
    """Pelvis (T, 3) m, its orientation (T, 3, 3) and joint angles (T, 34) rad, the feet kept in line."""
    _, done = trial(activity, condition, seed=3, diagnosis=diagnosis)
    turned = orientation(done.angles_deg, np.radians(done.tracks.heading_deg))
    angles_rad = np.radians(done.angles_deg[:, :N_JOINTS])
    # No layout shows how far the foot is turned inwards, and its ankle angle depends on it.
    angles_rad[:, [JOINT_NAMES.index(f"subtalar_angle_{side}") for side in "rl"]] = 0
    return done.pelvis_m, turned, angles_rad


def largest_error_deg(angles_rad: dict[str, np.ndarray], made_rad: np.ndarray) -> float:
    """Of all joints; the flexion of a raised arm counts by how far it moves the elbow."""
    truth = dict(zip(JOINT_NAMES, made_rad.T, strict=True))
    errors = {name: np.abs(angles_rad[name] - truth[name]) for name in angles_rad}
    for side in "rl":
        if f"arm_flex_{side}" in errors:
            errors[f"arm_flex_{side}"] = errors[f"arm_flex_{side}"] * np.cos(
                truth[f"arm_add_{side}"]
            )
    return max(np.degrees(error.max()) for error in errors.values())


@pytest.mark.parametrize("diagnosis", IMPAIRMENTS)
@pytest.mark.parametrize(("activity", "condition"), [WALK, *ACTIVITIES])
def test_the_body_s_own_joint_centres_give_back_its_angles(activity, condition, diagnosis):
    made = movement(activity, condition, diagnosis)
    points = body_positions(*made)
    points["thorax"] = points.pop("neck")
    del points["head"], points["pelvis"]
    angles_rad = centres_to_angles(points)
    joints = {name: angles_rad[name] for name in LEGS | FEET | TRUNK | ARMS}
    assert largest_error_deg(joints, made[2]) < 2


def test_a_point_beside_the_knee_shows_how_the_thigh_is_turned():
    made = movement(*WALK)
    points = body_positions(*made)
    thighs = {segment.joint: segment.orientation for segment in body_segments(*made[1:])}
    for side, sign in (("r", 1), ("l", -1)):
        outwards = 0.06 * sign * thighs[f"hip_{side}"][:, :, 2]
        points[f"knee_outer_{side}"] = points[f"knee_{side}"] + outwards
    angles_rad = centres_to_angles(points)
    assert np.ptp(np.degrees(angles_rad["hip_rotation_r"])) > 3
    assert largest_error_deg({name: angles_rad[name] for name in TURNS}, made[2]) < 0.5


def read_joints(path, row: dict, layout: str) -> dict[str, np.ndarray]:
    motion = read_recording(path, row, RAW)
    assert motion.map_name == layout
    columns = dict(zip(COORDINATE_NAMES, motion.frames.T, strict=True))
    return {n: columns[n] for n in JOINT_NAMES if not np.isnan(columns[n]).all()}


@pytest.mark.parametrize("layout", WITH_A_SPINE)
@pytest.mark.parametrize(("activity", "condition"), [WALK, *ACTIVITIES[::2]])
def test_files_of_a_layout_with_a_spine_give_back_the_angles(layout, activity, condition, tmp_path):
    made = movement(activity, condition)
    points = joint_centres(layout, *made)
    path = tmp_path / "a.npz"
    np.savez(path, points=np.stack(list(points.values()), axis=1), names=list(points), fps=RATE_HZ)
    joints = read_joints(path, {}, layout)
    assert joints.keys() == LEGS | TRUNK | ARMS | (set() if layout == "h36m17" else FEET)
    assert largest_error_deg(joints, made[2]) < 2


@pytest.mark.parametrize(("activity", "condition"), [WALK, *ACTIVITIES])
def test_skeleton_files_give_back_the_angles_with_the_turns_of_hips_and_head(
    activity, condition, tmp_path
):
    made = movement(activity, condition)
    path = tmp_path / "a.bvh"
    path.write_text(skeleton_file("motionbuilder", made, rate_hz=RATE_HZ))
    joints = read_joints(path, {}, "motionbuilder")
    assert joints.keys() == LEGS | FEET | TRUNK | ARMS | TURNS | NECK
    assert largest_error_deg(joints, made[2]) < 2


@pytest.mark.parametrize("layout", sorted(LAYOUTS.keys() - set(WITH_A_SPINE)))
def test_without_a_spine_knees_and_elbows_come_back_all_the_same(layout, tmp_path):
    made = movement(*WALK)
    points = joint_centres(layout, *made)
    path = tmp_path / "a.npz"
    np.savez(path, points=np.stack(list(points.values()), axis=1), names=list(points), fps=RATE_HZ)
    joints = read_joints(path, {}, layout)
    bends = {name: joints[name] for name in joints if name.startswith(("knee", "elbow", "ankle"))}
    assert len(bends) == 4 + 2 * ("toe_r" in LAYOUTS[layout].landmarks)
    assert largest_error_deg(bends, made[2]) < 2
