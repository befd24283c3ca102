"""Joint centres of every layout give back the angles of the movement they were made of."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES
from biomechgpt.body.kinematics import pelvis_angles
from biomechgpt.recordings.readers import MotionError
from biomechgpt.recordings.recording import read_recording, reading_with
from tests.helpers.joint_centre_files import LAYOUTS, csv_of, joint_centres, walk
from tests.helpers.motion_files import INGEST, MAPS, ingest

RAW = INGEST.model_copy(update={"joint_centre_low_pass_hz": 0})
RATE_HZ = 60
LEGS = {f"{name}_{s}" for name in ("hip_flexion", "hip_adduction", "knee_angle") for s in "rl"}
FEET = {f"ankle_angle_{s}" for s in "rl"}
TRUNK = {f"lumbar_{name}" for name in ("extension", "bending", "rotation")}
ARMS = {f"{name}_{s}" for name in ("arm_flex", "arm_add", "elbow_flex") for s in "rl"}
KNOWN = dict.fromkeys(LAYOUTS, LEGS | FEET | TRUNK | ARMS)
KNOWN |= dict.fromkeys(("coco17", "h36m17"), LEGS | TRUNK | ARMS)
# What a public recording of people differs in from the walk of the tests is its pelvis.
TILT_DEG = {name: -8.0 if "lumbar" in LAYOUTS[name].landmarks else 0.0 for name in LAYOUTS}


def movement(layout: str) -> tuple[dict, np.ndarray, tuple]:
    made = walk(RATE_HZ, tilt_deg=TILT_DEG[layout])
    return joint_centres(layout, *made), np.arange(len(made[0])) / RATE_HZ, made


def errors_deg(outcome, angles_rad: np.ndarray) -> dict[str, float]:
    """Largest difference of every joint angle that the recording has."""
    first = len(COORDINATE_NAMES) - len(JOINT_NAMES)
    differences = np.degrees(np.abs(outcome.frames[:, first:] - angles_rad))
    largest = dict(zip(JOINT_NAMES, differences.max(axis=0), strict=True))
    return {name: value for name, value in largest.items() if not np.isnan(value)}


def matrices(quaternions: np.ndarray) -> np.ndarray:
    return Rotation.from_quat(quaternions, scalar_first=True).as_matrix()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_back_the_angles_of_the_movement(layout, tmp_path):
    points, time_s, made = movement(layout)
    outcome = ingest(tmp_path, "walk.csv", csv_of(points, time_s), settings=RAW)
    assert outcome.info["coordinate_map"] == layout
    errors = errors_deg(outcome, made[2])
    assert errors.keys() == KNOWN[layout]
    assert max(errors.values()) < 1.5


@pytest.mark.parametrize("layout", ["kinect_v2", "azure_kinect", "smpl"])
def test_the_pelvis_comes_back_too(layout, tmp_path):
    points, time_s, made = movement(layout)
    outcome = ingest(tmp_path, "walk.csv", csv_of(points, time_s), settings=RAW)
    turns = pelvis_angles(matrices(outcome.frames[:, 3:7]))
    np.testing.assert_allclose(np.degrees(turns), np.degrees(pelvis_angles(made[1])), atol=0.01)
    np.testing.assert_allclose(outcome.frames[:, :3], made[0], atol=1e-4)


def test_without_a_spine_hip_flexion_is_that_of_the_thigh_against_the_vertical(tmp_path):
    made = walk(RATE_HZ, tilt_deg=-10)
    points, time_s = joint_centres("coco17", *made), np.arange(len(made[0])) / RATE_HZ
    outcome = ingest(tmp_path, "walk.csv", csv_of(points, time_s), settings=RAW)
    assert "pelvis_assumed_upright" in outcome.problems()
    # The trunk's foot moves forward with the tilted pelvis, which adds to its lean.
    for name, tolerance_deg in (("hip_flexion_r", 1.5), ("lumbar_extension", 4)):
        truth = np.degrees(made[2][:, JOINT_NAMES.index(name)]) - 10
        np.testing.assert_allclose(outcome.angle_deg(name), truth, atol=tolerance_deg)


@pytest.mark.parametrize(("unit", "factor"), [("m", 1), ("cm", 100), ("mm", 1000)])
@pytest.mark.parametrize("known", ["by the names", "by the table", "by the legs"])
def test_metres_centimetres_and_millimetres_give_the_same(unit, factor, known, tmp_path):
    points, time_s, made = movement("smpl")
    ending = f"_{unit}" if known == "by the names" else ""
    cells = {"length_unit": unit} if known == "by the table" else {}
    table = csv_of(points, time_s, factor, ending)
    outcome = ingest(tmp_path, "walk.csv", table, settings=RAW, **cells)
    np.testing.assert_allclose(outcome.frames[:, :3], made[0], atol=1e-4)
    assert ("length_unit_inferred" in outcome.problems()) == (known == "by the legs")


@pytest.mark.parametrize("axis", ["x", "y", "z", "-x", "-y", "-z"])
@pytest.mark.parametrize("stated", [True, False])
def test_whatever_axis_points_up_the_angles_are_the_same(axis, stated, tmp_path):
    points, time_s, made = movement("kinect_v2")
    up = "xyz".index(axis[-1])
    sign = -1 if axis.startswith("-") else 1
    turned = {}
    for name, point in points.items():
        forward, height, right = point.T
        columns = [None, None, None]
        columns[up], columns[(up + 1) % 3] = sign * height, sign * right
        columns[(up + 2) % 3] = forward
        turned[name] = np.stack(columns, axis=1)
    cells = {"up_axis": axis} if stated else {}
    outcome = ingest(tmp_path, "walk.csv", csv_of(turned, time_s), settings=RAW, **cells)
    assert max(errors_deg(outcome, made[2]).values()) < 1.5
    np.testing.assert_allclose(outcome.frames[:, 1], 0.95, atol=1e-4)


def test_a_body_along_no_axis_needs_the_axis_stated(tmp_path):
    points, time_s, made = movement("kinect_v2")
    lying = np.radians(-31)  # the walk leans forward itself
    turn = np.array(
        [[np.cos(lying), -np.sin(lying), 0], [np.sin(lying), np.cos(lying), 0], [0, 0, 1]]
    )
    table = csv_of({name: point @ turn.T for name, point in points.items()}, time_s)
    assert ingest(tmp_path, "walk.csv", table, settings=RAW).problems() == ["up_axis_unknown"]
    stated = ingest(tmp_path, "walk.csv", table, settings=RAW, up_axis="y")
    assert max(errors_deg(stated, made[2]).values()) < 1.5


def test_exchanged_sides_of_a_few_frames_are_set_right(tmp_path):
    points, time_s, made = movement("kinect_v2")
    for left in [name for name in points if "Left" in name]:
        right = left.replace("Left", "Right")
        frames = slice(100, 112) if left.startswith(("Knee", "Ankle")) else slice(0, 0)
        points[left], points[right] = points[left].copy(), points[right].copy()
        points[left][frames], points[right][frames] = (
            points[right][frames],
            points[left][frames].copy(),
        )
    outcome = ingest(tmp_path, "walk.csv", csv_of(points, time_s), settings=RAW)
    detail = next(issue.detail for issue in outcome.issues if issue.problem == "sides_exchanged")
    assert "knee, ankle in 12 frames" in detail
    assert max(errors_deg(outcome, made[2]).values()) < 1.5


@pytest.mark.parametrize("layout", ["kinect_v2", "coco17"])
def test_a_body_with_right_and_left_exchanged_is_refused(layout, tmp_path):
    points, time_s, _ = movement(layout)
    sides = {"Left": "Right", "Right": "Left", "left": "right", "right": "left"}
    exchanged = {}
    for name, point in points.items():
        side = next((side for side in sides if side in name), None)
        exchanged[name.replace(side, sides[side]) if side else name] = point
    assert ingest(tmp_path, "walk.csv", csv_of(exchanged, time_s), settings=RAW).problems() == [
        "mirrored"
    ]


def test_joints_that_a_layout_lacks_are_missing_and_legs_are_needed(tmp_path):
    points, time_s, _ = movement("body25")
    legs = {name: point for name, point in points.items() if not name.endswith(("Elbow", "Wrist"))}
    outcome = ingest(tmp_path, "walk.csv", csv_of(legs, time_s), settings=RAW)
    assert np.isnan(outcome.angle_deg("elbow_flex_r")).all()
    assert np.isfinite(outcome.angle_deg("ankle_angle_r")).all()
    few = {name: point for name, point in points.items() if name != "LKnee"}
    assert ingest(tmp_path, "few.csv", csv_of(few, time_s), settings=RAW).problems() == [
        "not_motion"
    ]


def test_the_default_low_pass_keeps_a_walk_within_two_degrees_and_removes_noise(tmp_path):
    points, time_s, made = movement("kinect_v2")
    clean = ingest(tmp_path, "clean.csv", csv_of(points, time_s))
    assert max(errors_deg(clean, made[2]).values()) < 2
    noise = np.random.default_rng(0)
    noisy = {name: point + noise.normal(0, 0.01, point.shape) for name, point in points.items()}
    smooth = ingest(tmp_path, "noisy.csv", csv_of(noisy, time_s)).angle_deg("knee_angle_r")
    rough = ingest(tmp_path, "noisy.csv", csv_of(noisy, time_s), settings=RAW).angle_deg(
        "knee_angle_r"
    )
    truth = np.degrees(made[2][:, JOINT_NAMES.index("knee_angle_r")])
    assert np.std(smooth - truth) < 0.6 * np.std(rough - truth)


def test_a_low_pass_beyond_half_the_frame_rate_is_left_out_and_said(tmp_path):
    made = walk(10, n_frames=60, tilt_deg=-8)
    table = csv_of(joint_centres("kinect_v2", *made), np.arange(60) / 10)
    outcome = ingest(tmp_path, "slow.csv", table)
    assert "not_smoothed" in outcome.problems()
    assert max(errors_deg(outcome, made[2]).values()) < 1.5


def real_movements(folder):
    """Pelvis, its orientation and angles of every real OpenSim recording, the foot kept in line."""
    reading = reading_with(MAPS, INGEST)
    for path in sorted(folder.rglob("*_ik.mot"))[::3]:
        try:
            motion = read_recording(path, {}, reading)
        except MotionError:  # some of them are there to be refused
            continue
        recorded = motion.frames[:, 7:].copy()
        # No layout shows how far the foot is turned inwards, and its ankle angle depends on it.
        recorded[:, [JOINT_NAMES.index(f"subtalar_angle_{side}") for side in "rl"]] = 0
        frames = motion.frames[np.isfinite(motion.frames[:, :7]).all(axis=1)]
        if len(frames) == len(recorded):
            yield path.name, motion.time_s, (frames[:, :3], frames[:, 3:7], recorded)


def test_real_recordings_come_back_within_two_degrees_and_arms_within_five(recordings, tmp_path):
    compared = 0
    for name, time_s, (pelvis_m, quaternions, recorded) in real_movements(recordings):
        made = pelvis_m, matrices(quaternions), np.nan_to_num(recorded)
        table = csv_of(joint_centres("kinect_v2", *made), time_s)
        outcome = ingest(tmp_path / str(compared), "real.csv", table, settings=RAW)
        assert outcome.frames is not None, (name, outcome.issues)
        for joint in LEGS | FEET | TRUNK | ARMS:
            truth = np.degrees(recorded[:, JOINT_NAMES.index(joint)])
            errors = np.abs(outcome.angle_deg(joint) - truth)
            if joint.startswith(("arm", "elbow")):  # a raised arm has no unique flexion
                side = joint[-1]
                raised = np.abs(recorded[:, JOINT_NAMES.index(f"arm_add_{side}")]) > np.radians(50)
                errors[raised | (truth < 17) & joint.startswith("elbow")] = np.nan
            if np.isfinite(errors).any():
                limit_deg = 5 if joint in ARMS else 2
                assert np.nanpercentile(errors, 99) < limit_deg, (name, joint)
        compared += 1
    assert compared >= 10
