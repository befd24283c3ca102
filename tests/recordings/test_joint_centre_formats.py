"""The same joint centres in every format that holds them, and what is odd in real ones."""

import json
import re

import c3d
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.cohort.shards import shard_digests
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.errors import InputError
from tests.helpers.joint_centre_files import csv_of, joint_centres, trc_of, walk
from tests.helpers.motion_files import INGEST, ingest

RATE_HZ = 60
RAW = INGEST.model_copy(update={"joint_centre_low_pass_hz": 0})
MADE = walk(RATE_HZ, n_frames=120)
TIME_S = np.arange(120) / RATE_HZ
LATER = {"cfg": RAW, "frame_rate_hz": str(RATE_HZ)}


def array(layout: str) -> np.ndarray:
    """Points (T, K, 3) in the order of the layout."""
    return np.stack(list(joint_centres(layout, *MADE).values()), axis=1)


def check(outcome, layout: str) -> None:
    assert outcome.frames is not None, outcome.issues
    assert outcome.info["coordinate_map"] == layout
    assert outcome.info["frame_rate_hz"] == pytest.approx(RATE_HZ, rel=1e-3)
    for name in ("hip_flexion_l", "knee_angle_r", "elbow_flex_l"):
        truth = np.degrees(MADE[2][:, JOINT_NAMES.index(name)])
        np.testing.assert_allclose(outcome.angle_deg(name), truth, atol=1.5)


def saved(folder, save, *arguments, **named) -> bytes:
    path = folder / "content"
    with open(path, "wb") as file:
        save(file, *arguments, **named)
    return path.read_bytes()


def test_parquet_with_whole_millimetres(tmp_path):
    points = joint_centres("kinect_v2", *MADE)
    columns = {
        f"{name}_{axis}_mm": np.round(1000 * point[:, i]).astype("int16")
        for name, point in points.items()
        for i, axis in enumerate("xyz")
    }
    table = pa.table({"time_s": TIME_S, **columns})
    content = saved(tmp_path, lambda file: pq.write_table(table, file))
    outcome = ingest(tmp_path, "a.parquet", content, settings=RAW)
    check(outcome, "kinect_v2")
    assert "length_unit_inferred" not in outcome.problems()


def test_npy_is_known_by_its_number_of_points_or_by_the_table(tmp_path):
    content = saved(tmp_path, np.save, array("azure_kinect"))
    check(ingest(tmp_path, "a.npy", content, **LATER), "azure_kinect")
    assert ingest(tmp_path, "b.npy", content, settings=RAW).problems() == ["no_frame_rate"]
    content = saved(tmp_path, np.save, array("h36m17"))
    doubtful = ingest(tmp_path, "c.npy", content, **LATER)
    assert doubtful.problems() == ["skeleton_unknown"]
    assert "coco17 and h36m17" in doubtful.issues[0].detail
    check(ingest(tmp_path, "d.npy", content, skeleton="h36m17", **LATER), "h36m17")


@pytest.mark.parametrize("n_points", [22, 24])
def test_npz_with_rate_and_both_sizes_of_smpl(n_points, tmp_path):
    points = array("smpl")[:, :n_points].astype(np.float32)
    content = saved(tmp_path, np.savez, joints=points, fps=RATE_HZ, betas=np.zeros(10))
    check(ingest(tmp_path, "a.npz", content, settings=RAW), "smpl")


def test_npz_with_names_may_hold_its_points_in_any_order(tmp_path):
    points = joint_centres("h36m17", *MADE)
    names = sorted(points)
    values = np.stack([points[name] for name in names], axis=1)
    content = saved(tmp_path, np.savez, points=values, joint_names=names, time=TIME_S)
    check(ingest(tmp_path, "a.npz", content, settings=RAW), "h36m17")


def test_points_that_the_skeleton_of_the_table_does_not_have(tmp_path):
    content = saved(tmp_path, np.save, array("smpl"))
    outcome = ingest(tmp_path, "a.npy", content, skeleton="coco17", **LATER)
    assert outcome.problems() == ["skeleton_unknown"]


def test_trc_in_millimetres(tmp_path):
    content = trc_of(joint_centres("halpe26", *MADE), TIME_S)
    check(ingest(tmp_path, "a.trc", content, settings=RAW), "halpe26")
    rows = content.partition("\n\n")[2]
    assert ingest(tmp_path, "b.trc", rows, settings=RAW).problems() == ["unreadable"]


def c3d_of(folder, points: dict) -> bytes:
    writer = c3d.Writer(point_rate=RATE_HZ, point_scale=-1, point_units="mm  ")
    writer.set_point_labels(list(points))
    for frame in np.stack(list(points.values()), axis=1) * 1000:
        rows = np.concatenate([frame, np.zeros((len(frame), 2))], axis=1).astype(np.float32)
        writer.add_frames([(rows, np.zeros((0, 0)))])
    return saved(folder, writer.write)


def test_c3d_points_under_a_subject_s_name(tmp_path):
    points = {f"P01:{name}": point for name, point in joint_centres("body25", *MADE).items()}
    check(ingest(tmp_path, "a.c3d", c3d_of(tmp_path, points), settings=RAW), "body25")
    points["*34"] = points["P01:RHip"]  # a stray marker
    check(ingest(tmp_path, "b.c3d", c3d_of(tmp_path, points), settings=RAW), "body25")


@pytest.mark.parametrize("other", ["P02:", ""])
def test_points_of_two_subjects_are_refused_in_every_format(other, tmp_path):
    points = joint_centres("body25", *MADE)
    two = {f"{subject}{name}": p for subject in ("P01:", other) for name, p in points.items()}
    outcome = ingest(tmp_path, "a.c3d", c3d_of(tmp_path, two), settings=RAW)
    assert outcome.problems() == ["several_recordings"]
    outcome = ingest(tmp_path, "a.trc", trc_of(two, TIME_S), settings=RAW)
    assert outcome.problems() == ["several_recordings"]
    outcome = ingest(tmp_path, "a.csv", csv_of(two, TIME_S), settings=RAW)
    assert outcome.problems() == ["several_recordings"]


def test_a_colon_before_or_behind_the_axis_is_no_subject(tmp_path):
    points = joint_centres("body25", *MADE)
    table = csv_of(points, TIME_S)
    names, rows = table.split("\n", 1)
    behind = re.sub(r"_([xyz])\b", r":\1", names)
    check(ingest(tmp_path, "a.csv", f"{behind}\n{rows}", settings=RAW), "body25")
    before = re.sub(r"(\w+)_([xyz])\b", r"\2:\1", names)
    check(ingest(tmp_path, "b.csv", f"{before}\n{rows}", settings=RAW), "body25")


def test_points_of_several_clips_are_refused(tmp_path):
    points, clip = array("smpl"), np.repeat([0, 1], 60)
    content = saved(tmp_path, np.savez, joints=points, fps=RATE_HZ, split_points=[0, 60, 120])
    assert ingest(tmp_path, "a.npz", content, settings=RAW).problems() == ["several_recordings"]
    content = saved(tmp_path, np.savez, joints=points, fps=RATE_HZ, clip=clip)
    assert ingest(tmp_path, "b.npz", content, settings=RAW).problems() == ["several_recordings"]
    lines = csv_of(joint_centres("smpl", *MADE), TIME_S).splitlines()
    cells = ["clip", *clip.astype(str)]
    text = "\n".join(f"{line},{cell}" for line, cell in zip(lines, cells, strict=True)) + "\n"
    assert ingest(tmp_path, "c.csv", text, settings=RAW).problems() == ["several_recordings"]


def test_c3d_with_markers_of_no_skeleton_says_so(tmp_path):
    writer = c3d.Writer(point_rate=RATE_HZ, point_scale=-1, point_units="mm  ")
    writer.set_point_labels(["LASI", "RASI", "LKNE"])
    for _ in range(20):
        writer.add_frames([(np.ones((3, 5), np.float32), np.zeros((0, 0)))])
    outcome = ingest(tmp_path, "a.c3d", saved(tmp_path, writer.write), settings=RAW)
    assert outcome.problems() == ["not_motion"]
    assert "markers" in outcome.issues[0].detail


def mediapipe(key: str = "pose_world_landmarks") -> list[dict]:
    """Frames of world landmarks: y down, z away from the camera, the person facing it."""
    points = array("mediapipe33") * [-1, -1, 1]
    return [
        {"timestamp_ms": 1000 * TIME_S[i],
         key: [{"x": x, "y": y, "z": z, "visibility": 0.9} for x, y, z in frame]}
        for i, frame in enumerate(points)
    ]  # fmt: skip


def test_mediapipe_json_with_frames_in_which_nobody_was_seen(tmp_path):
    frames = mediapipe()
    check(ingest(tmp_path, "a.json", json.dumps(frames), settings=RAW), "mediapipe33")
    frames[50]["pose_world_landmarks"] = []
    outcome = ingest(tmp_path, "b.json", json.dumps({"frames": frames}), settings=RAW)
    assert np.isnan(outcome.angle_deg("knee_angle_r")).nonzero()[0].tolist() == [50]


def test_image_coordinates_are_refused(tmp_path):
    frames = json.dumps(mediapipe("pose_landmarks"))
    assert ingest(tmp_path, "a.json", frames, settings=RAW).problems() == ["image_coordinates"]
    points = joint_centres("mediapipe33", *MADE)
    flat = {name: point * [1, 1, 0] for name, point in points.items()}
    outcome = ingest(tmp_path, "b.csv", csv_of(flat, TIME_S), settings=RAW)
    assert outcome.problems() == ["image_coordinates"]
    image = {n: p * [0.05, -0.4, 0.3] + [0.3, 0.9, -0.1] for n, p in points.items()}
    outcome = ingest(tmp_path, "c.csv", csv_of(image, TIME_S), settings=RAW)
    assert outcome.problems() == ["image_coordinates"]


def openpose_folder(folder, n_people: int = 1):
    folder.mkdir(parents=True)
    for i, frame in enumerate(array("body25")):
        cells = np.concatenate([frame, np.full((25, 1), 0.8)], axis=1).ravel().tolist()
        people = [{"pose_keypoints_2d": [], "pose_keypoints_3d": cells}] * n_people
        (folder / f"walk_{i:012d}_keypoints.json").write_text(json.dumps({"people": people}))
    return folder


def test_a_folder_of_openpose_frames(tmp_path):
    poses = openpose_folder(tmp_path / "poses")
    cells = {**LATER, "skeleton": "body25"}  # 25 points are Kinect's as well
    check(ingest(tmp_path, "poses", None, **cells), "body25")
    (poses / "walk_000000000070_keypoints.json").unlink()
    outcome = ingest(tmp_path, "poses", None, **cells)
    assert np.isnan(outcome.angle_deg("knee_angle_r")).nonzero()[0].tolist() == [70]


def test_two_people_in_a_frame_are_refused_and_an_empty_folder_is_no_motion(tmp_path):
    openpose_folder(tmp_path / "two", n_people=2)
    assert ingest(tmp_path, "two", None, **LATER).problems() == ["several_recordings"]
    (tmp_path / "none").mkdir()
    assert ingest(tmp_path, "none", None, **LATER).problems() == ["not_motion"]


def test_a_changed_frame_of_a_folder_is_read_again(tmp_path):
    poses = openpose_folder(tmp_path / "poses")
    before = ingest(tmp_path, "poses", None, skeleton="body25", **LATER)
    cohorts = read_cohorts([{"name": "c", "path": str(tmp_path), "role": "both"}])
    digests = shard_digests(cohorts, 1)
    frame = poses / "walk_000000000070_keypoints.json"
    frame.write_text(frame.read_text().replace("0.8", "0.75"))
    assert shard_digests(cohorts, 1) != digests
    after = ingest(tmp_path, "poses", None, skeleton="body25", **LATER)
    assert after.info["file_sha256"] != before.info["file_sha256"]


def numbered(time_s: np.ndarray, points: np.ndarray) -> str:
    """A table without names: the time, then number, x, y and z of each point."""
    lines = []
    for seconds, frame in zip(time_s, points, strict=True):
        cells = [f"{i:.1f}\t{x:.9g}\t{y:.9g}\t{z:.9g}" for i, (x, y, z) in enumerate(frame)]
        lines.append("\t".join([f"{seconds:.4f}", *cells]))
    return "\n".join(lines) + "\n"


def test_a_table_without_names_whose_clock_wraps_and_whose_frames_double(tmp_path):
    points, time_s = array("kinect_v2"), (TIME_S + 59) % 60
    points, time_s = np.insert(points, 20, points[20], 0), np.insert(time_s, 20, time_s[20])
    outcome = ingest(
        tmp_path, "a.csv", numbered(time_s, points), settings=RAW, skeleton="kinect_v2"
    )
    check(outcome, "kinect_v2")
    assert {"clock_wrapped", "repeated_time"} <= set(outcome.problems())
    np.testing.assert_allclose(np.diff(outcome.time_s), 1 / RATE_HZ, atol=2e-4)


@pytest.mark.parametrize("absurd", [1e267, 38.9, np.nan, np.inf, -1e80])
def test_an_absurd_number_is_a_gap_of_its_joints_alone(absurd, tmp_path):
    points = array("kinect_v2")
    points[60, 17] = absurd  # KneeRight
    table = numbered(TIME_S, points)
    outcome = ingest(tmp_path, "a.csv", table, settings=RAW, skeleton="kinect_v2")
    for name in ("hip_flexion_r", "knee_angle_r", "ankle_angle_r"):
        assert np.isnan(outcome.angle_deg(name)).nonzero()[0].tolist() == [60]
    assert np.isfinite(outcome.angle_deg("knee_angle_l")).all()
    smooth = ingest(tmp_path, "a.csv", table, skeleton="kinect_v2")  # a filter would smear it
    assert np.abs(smooth.angle_deg("hip_flexion_l")).max() < 40
    assert np.isnan(smooth.angle_deg("knee_angle_r")).nonzero()[0].tolist() == [60]
    problem = {38.9: "far_points"}.get(absurd, "absurd_numbers")
    assert (problem in outcome.problems()) == (not np.isnan(absurd))


def test_a_pause_of_the_camera_is_a_gap_and_not_smoothed_over(tmp_path):
    keep = np.r_[0:50, 80:120]
    points = {name: point[keep] for name, point in joint_centres("kinect_v2", *MADE).items()}
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S[keep]))
    assert np.isnan(outcome.angle_deg("knee_angle_r")).nonzero()[0].tolist() == [50]
    truth = np.degrees(MADE[2][keep, JOINT_NAMES.index("hip_flexion_r")])
    angles = np.delete(outcome.angle_deg("hip_flexion_r"), 50)
    np.testing.assert_allclose(angles, truth, atol=2)


def test_zeros_of_a_point_that_was_not_seen_are_gaps(tmp_path):
    points = joint_centres("kinect_v2", *MADE)
    points["WristLeft"][30:40] = 0
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW)
    gone = np.isnan(outcome.angle_deg("elbow_flex_l")).nonzero()[0].tolist()
    assert gone == list(range(30, 40))
    assert "zero_points" in outcome.problems()


def test_frames_in_which_the_tracker_froze_are_gaps(tmp_path):
    points = joint_centres("kinect_v2", *MADE)
    for point in points.values():
        point[40:50] = point[39]
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW)
    assert "lost_frames" in outcome.problems()
    frozen = np.isnan(outcome.angle_deg("knee_angle_r")).nonzero()[0].tolist()
    assert frozen == list(range(40, 50))


def test_heights_below_the_camera_are_no_fall_through_the_floor(tmp_path):
    points = {name: p - [0, 1.5, 0] for name, p in joint_centres("kinect_v2", *MADE).items()}
    for point in points.values():
        point[60] += [0, 0.1, 0]  # 6 m/s
    check(ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW), "kinect_v2")


def test_one_absurd_point_in_a_frame_without_others_is_a_gap(tmp_path):
    points = array("kinect_v2")
    points[50] = 0
    points[50, 19] = [-32.768, 0, 0]  # FootRight
    table = numbered(TIME_S, points)
    outcome = ingest(tmp_path, "a.csv", table, settings=RAW, skeleton="kinect_v2")
    assert {"zero_points", "far_points"} <= set(outcome.problems())
    for name in ("hip_flexion_r", "ankle_angle_r"):
        assert np.isnan(outcome.angle_deg(name)).nonzero()[0].tolist() == [50]


def test_a_leg_that_the_tracker_threw_about_is_a_gap(tmp_path):
    points = joint_centres("kinect_v2", *MADE)
    points["KneeRight"][60:66] = points["HipRight"][60:66] + np.array([-0.1, 0.4, 0])
    outcome = ingest(tmp_path, "a.csv", csv_of(points, TIME_S), settings=RAW)
    assert "lost_leg" in outcome.problems()
    gone = np.isnan(outcome.angle_deg("hip_flexion_r")).nonzero()[0]
    assert set(range(60, 66)) <= set(gone)
    assert len(gone) < 20
    assert np.isfinite(outcome.angle_deg("hip_flexion_l")).all()


@pytest.mark.parametrize("factor", [0.03, 30])
def test_legs_of_no_person_s_length_are_refused(factor, tmp_path):
    points = {n: factor * p for n, p in joint_centres("smpl", *MADE).items()}
    table = csv_of(points, TIME_S)
    assert ingest(tmp_path, "a.csv", table, settings=RAW, length_unit="m").problems() == [
        "out_of_range"
    ]


def test_a_wrong_cell_of_the_new_columns_stops_with_its_place(tmp_path):
    table = csv_of(joint_centres("smpl", *MADE), TIME_S)
    for column, value, words in (
        ("length_unit", "inch", "must be m, cm, mm or in"),
        ("up_axis", "up", "must be x, y, z, -x, -y or -z"),
        ("skeleton", "kinect", "is none of azure_kinect"),
    ):
        with pytest.raises(InputError, match=f"line 2, column '{column}'.*{words}"):
            ingest(tmp_path, "a.csv", table, **{column: value})


def test_a_skeleton_and_a_coordinate_map_in_one_row_stop_with_their_place(tmp_path):
    table = csv_of(joint_centres("smpl", *MADE), TIME_S)
    cells = {"skeleton": "smpl", "coordinate_map": "rajagopal"}
    with pytest.raises(InputError, match=r"line 2, column 'skeleton': 'smpl' stands beside coord"):
        ingest(tmp_path, "a.csv", table, **cells)
    cells["coordinate_map"] = "n/a"
    check(ingest(tmp_path, "b.csv", table, settings=RAW, **cells), "smpl")


def test_columns_beside_the_points_are_named(tmp_path):
    lines = csv_of(joint_centres("smpl", *MADE), TIME_S).splitlines()
    text = "\n".join([lines[0] + ",battery", *(line + ",1" for line in lines[1:])]) + "\n"
    outcome = ingest(tmp_path, "a.csv", text, settings=RAW)
    assert "1 columns are not in map smpl: battery" in [i.detail for i in outcome.issues]
