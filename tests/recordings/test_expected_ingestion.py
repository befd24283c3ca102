"""The real recordings, ingested, against tables of a parse that shares no code with the readers.

`expected_ingestion.tsv` says for each file of the bundle what must become of it and why;
`golden_angles.tsv` holds single joint angles taken from the files by hand-written mapping;
`frame` counts from the start of the file, `first_frame` and `kept_frames` say what is left of it
when frames at the ends, in which angles are missing, are cut.
"""

import csv
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES, JOINTS
from biomechgpt.body.frames import read_trials
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.motion.strip import strip_shard
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.splits.index import index_trials
from tests.helpers.paths import RECORDINGS, ROOT, read_yaml

FIRST_JOINT = len(COORDINATE_NAMES) - len(JOINT_NAMES)
DECIDED_AFTER_INGESTION = {"too_short", "duplicate"}
MARGIN_RAD = np.deg2rad(20)
GOLDEN_TOLERANCE_RAD = 1e-3
MIN_KNEE_EXCURSION_RAD = np.deg2rad(10)  # a crouched knee moves by 11 degrees

# Joints that leave the range of the model in the source itself, whatever reads it.
OUT_OF_RANGE = {
    # Wrists and forearms of Plug-in Gait have no zero in common with the model; zeroed by default.
    "biomechzoo_hc/": {"pro_sup", "wrist_flex", "wrist_dev"},
    # The right upper arm comes near gimbal lock (RightArm.X to -78 degrees, Z at 140 to 180).
    "SubjectD7_": {"arm_add"},
    "SubjectD9_": {"arm_add"},
    # Inverse kinematics of drop jumps turned upper arms by a whole turn while the arm was raised.
    "nimblephysics/OpenCapUnfiltered/DJ": {"arm_flex", "arm_rot"},
    "nimblephysics/Subject4/DJAsym": {"arm_flex", "arm_rot"},
    "nimblephysics/LaiArnoldSubject5/DJ1": {"arm_rot"},
}

pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "MANIFEST.csv").exists(),
    reason=f"the real recordings are not at {RECORDINGS}",
)


def _table(path: Path) -> list[dict]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="," if path.suffix == ".csv" else "\t"))


EXPECTED = {row["file"]: row for row in _table(Path(__file__).with_name("expected_ingestion.tsv"))}
GOLDEN = _table(Path(__file__).with_name("golden_angles.tsv"))


def _write_cohort(folder: Path) -> None:
    """One participant and one trial a file, in the order of the manifest."""
    trials = ["trial_id\tparticipant_id\tfile"]
    for number, file in enumerate(EXPECTED):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(RECORDINGS / file, folder / file)
        except OSError:  # another file system
            shutil.copyfile(RECORDINGS / file, folder / file)
        trials.append(f"T{number:03d}\tP{number:03d}\t{file}")
    people = [f"P{number:03d}" for number in range(len(EXPECTED))]
    (folder / "participants.tsv").write_text("\n".join(["participant_id", *people]) + "\n")
    (folder / "trials.tsv").write_text("\n".join(trials) + "\n")


@pytest.fixture(scope="module")
def ingested(tmp_path_factory) -> SimpleNamespace:
    """Trajectories by file, joint angles by file, and every problem of all stages."""
    folder, out = tmp_path_factory.mktemp("bundle"), tmp_path_factory.mktemp("results")
    _write_cohort(folder)
    config = read_yaml("config.yaml")
    cohorts = read_cohorts([{"name": "bundle", "path": str(folder), "role": "both"}])
    maps = sorted(ROOT.glob("resources/coordinate_maps/*.yaml"))
    maps += sorted(ROOT.glob("resources/skeletons/*.yaml"))
    trajectories, angles = out / "0.parquet", out / "angles.parquet"
    issues = [out / "ingest.parquet", out / "strip.parquet"]
    reading = reading_with(maps, IngestSettings.model_validate(config["ingest"]))
    ingest_shard(cohorts, reading, 0, 1, trajectories, issues[0])
    settings = MotionSettings.model_validate(config["motion"])
    strip_shard(trajectories, settings, angles, issues[1])
    outputs = [out / name for name in ("trials.parquet", "report.parquet", "report.tsv")]
    index_trials([angles], issues, *outputs)
    report = pd.read_csv(out / "report.tsv", sep="\t", dtype=str, keep_default_na=False)
    return SimpleNamespace(
        trajectories={trial.info["file"]: trial for trial in read_trials(trajectories)},
        angles={trial.info["file"]: trial for trial in read_trials(angles)},
        report=report,
        accepted=set(pd.read_parquet(out / "trials.parquet").file),
    )


def _read_at_ingestion() -> list[dict]:
    return [
        row
        for row in EXPECTED.values()
        if row["outcome"] == "accepted" or row["problem"] in DECIDED_AFTER_INGESTION
    ]


def test_the_table_names_every_file_of_the_manifest():
    assert list(EXPECTED) == [row["file"] for row in _table(RECORDINGS / "MANIFEST.csv")]


def test_every_file_is_accepted_or_rejected_for_the_stated_problem(ingested):
    rejected = ingested.report[ingested.report.severity == "rejected"]
    problem = dict(zip(rejected.file[::-1], rejected.problem[::-1], strict=True))
    problem_of = {file: problem.get(file, "n/a") for file in EXPECTED}
    wrong = {
        file: (row["problem"], problem_of[file])
        for file, row in EXPECTED.items()
        if problem_of[file] != row["problem"]
    }
    assert wrong == {}
    assert ingested.accepted == {f for f, row in EXPECTED.items() if row["outcome"] == "accepted"}


def test_every_rejection_says_what_is_wrong(ingested):
    rejected = ingested.report[ingested.report.severity == "rejected"]
    assert (rejected.detail.str.len() > 15).all()
    assert not rejected.file.duplicated().any()


def test_coordinate_map_frames_and_rate(ingested):
    wrong = []
    for row in _read_at_ingestion():
        info = ingested.trajectories[row["file"]].info
        read = (info["coordinate_map"], info["n_frames"])
        if read != (row["coordinate_map"], int(row["kept_frames"])):
            wrong.append((row["file"], read, row["coordinate_map"], row["kept_frames"]))
        if abs(info["frame_rate_hz"] / float(row["frame_rate_hz"]) - 1) > 0.005:
            wrong.append((row["file"], info["frame_rate_hz"], row["frame_rate_hz"]))
    assert wrong == []


def test_number_of_missing_joints(ingested):
    wrong = []
    for row in _read_at_ingestion():
        joints = ingested.trajectories[row["file"]].frames[:, FIRST_JOINT:]
        n_missing = int(np.isnan(joints).all(axis=0).sum())
        if n_missing != int(row["missing_joints"]):
            wrong.append((row["file"], n_missing, row["missing_joints"]))
    assert wrong == []


def test_units_are_read_from_the_headers_that_state_them(ingested):
    inferred = ingested.report[ingested.report.problem == "unit_inferred"]
    silent = {row["file"] for row in _read_at_ingestion() if "no inDegrees" in row["why"]}
    silent |= {row["file"] for row in _read_at_ingestion() if row["file"].endswith(".csv")}
    assert set(inferred.file) == silent
    wrong = [
        (file, detail)
        for file, detail in zip(inferred.file, inferred.detail, strict=True)
        if EXPECTED[file]["unit"] not in detail.split(":")[0].split()
    ]
    assert wrong == []


def test_golden_angles(ingested):
    wrong = []
    for row in GOLDEN:
        frames = ingested.trajectories[row["file"]].frames
        frame = int(row["frame"]) - int(EXPECTED[row["file"]]["first_frame"])
        angle_rad = frames[frame, FIRST_JOINT + JOINT_NAMES.index(row["joint"])]
        if not abs(angle_rad - float(row["value_rad"])) <= GOLDEN_TOLERANCE_RAD:
            wrong.append(
                (row["file"], row["joint"], row["frame"], float(angle_rad), row["value_rad"])
            )
    assert wrong == []


def test_angles_stay_in_the_range_of_the_model(ingested):
    wrong = []
    for file, trial in ingested.trajectories.items():
        allowed = {j for part, joints in OUT_OF_RANGE.items() if part in file for j in joints}
        for joint, angle_rad in zip(JOINTS, trial.frames[:, FIRST_JOINT:].T, strict=True):
            known = angle_rad[~np.isnan(angle_rad)]
            low, high = joint.low_rad - MARGIN_RAD, joint.high_rad + MARGIN_RAD
            inside = ((known >= low) & (known <= high)).mean() if len(known) else 1.0
            if inside < 0.99 and joint.name.removesuffix("_r").removesuffix("_l") not in allowed:
                wrong.append((file, joint.name, round(float(inside), 3)))
    assert wrong == []


def test_knees_bend_the_negative_way_in_all_walking_and_running(ingested):
    activity = {row["file"]: row["activity"] for row in _table(RECORDINGS / "trials.tsv")}
    wrong = []
    for file in ingested.accepted:
        if activity.get(file) not in ("walking", "running"):
            continue
        for side in "rl":
            knee_rad = ingested.angles[file].frames[:, JOINT_NAMES.index(f"knee_angle_{side}")]
            bent_rad, excursion_rad = float(knee_rad.mean()), float(np.ptp(knee_rad))
            if not (bent_rad < 0 and excursion_rad > MIN_KNEE_EXCURSION_RAD):
                wrong.append((file, side, bent_rad, excursion_rad))
    assert wrong == []


def test_the_joint_angles_have_no_gap(ingested):
    for file in ingested.accepted:
        missing = np.isnan(ingested.angles[file].frames)
        assert (missing.all(axis=0) | ~missing.any(axis=0)).all(), file
        assert len(ingested.angles[file].frames) >= 30, file


def test_the_motion_stage_loses_no_joint_that_was_recorded(ingested):
    zeroed = read_yaml("config.yaml")["motion"]["zero_joints"]
    kept = ~np.isin(JOINT_NAMES, zeroed)
    wrong = []
    for file in ingested.accepted:
        before = np.isnan(ingested.trajectories[file].frames[:, FIRST_JOINT:]).all(axis=0)
        after = np.isnan(ingested.angles[file].frames).all(axis=0)
        lost = np.array(JOINT_NAMES)[kept & after & ~before]
        if lost.size:
            wrong.append((file, lost.tolist()))
    assert wrong == []
