"""Ingestion of whole shards: a bad file stops nothing, an empty shard is valid."""

import logging

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.body.frames import read_infos, read_trials
from biomechgpt.body.kinematics import pelvis_rotation
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.errors import InputError
from biomechgpt.recordings.canonical import pelvis_quaternion
from biomechgpt.recordings.issues import export_issues, read_issues
from biomechgpt.recordings.recording import reading_with
from tests.helpers.motion_files import INGEST, MAPS, gait, ingest, mot


def write_cohort(folder, n_people=6, cells="", header=""):
    folder.mkdir(exist_ok=True)
    people = "".join(f"P{i}\tn/a\n" for i in range(n_people))
    (folder / "participants.tsv").write_text("participant_id\tsplit_group\n" + people)
    rows = "".join(f"T{i}\tP{i}\tT{i}.mot{cells}\n" for i in range(n_people))
    (folder / "trials.tsv").write_text(f"trial_id\tparticipant_id\tfile{header}\n{rows}")
    for i in range(n_people):
        (folder / f"T{i}.mot").write_text(mot(gait(n_frames=50 + i)))
    return read_cohorts([{"name": "c", "path": str(folder), "role": "both"}])


def run(cohorts, shard, n_shards, folder):
    paths = folder / f"{shard}.parquet", folder / f"{shard}.issues.parquet"
    ingest_shard(cohorts, reading_with(MAPS, INGEST), shard, n_shards, *paths)
    return read_infos(paths[0]), list(read_trials(paths[0])), read_issues(paths[1])


def test_a_bad_file_is_a_line_and_the_others_go_on(tmp_path, caplog):
    cohorts = write_cohort(tmp_path / "cohort")
    (tmp_path / "cohort" / "T2.mot").write_text("no motion")
    (tmp_path / "cohort" / "T4.mot").unlink()
    with caplog.at_level(logging.INFO):
        infos, trials, issues = run(cohorts, 0, 1, tmp_path)
    assert [info["trial_id"] for info in infos] == ["T0", "T1", "T3", "T5"]
    assert [len(trial.frames) for trial in trials] == [50, 51, 53, 55]
    assert [(i.trial_id, i.severity, i.problem) for i in issues] == [
        ("T2", "rejected", "unreadable"),
        ("T4", "rejected", "missing_file"),
    ]
    assert issues[0].stage == "ingest"
    assert "4 trials accepted (0 with warnings), 2 rejected" in caplog.text


def test_what_is_known_of_a_trial(tmp_path):
    infos, _, _ = run(write_cohort(tmp_path / "cohort"), 0, 1, tmp_path)
    info = infos[1]
    assert len(info.pop("file_sha256")) == 64
    assert info.pop("frame_rate_hz") == pytest.approx(100)
    assert info == {
        "trial_id": "T1", "participant_id": "P1", "split_group": "P1", "cohort": "c",
        "file": "T1.mot", "coordinate_map": "opensim_rajagopal", "n_frames": 51,
    }  # fmt: skip


def test_shards_share_out_the_trials_and_may_be_empty(tmp_path):
    cohorts = write_cohort(tmp_path / "cohort")
    shards = [run(cohorts, shard, 40, tmp_path)[0] for shard in range(40)]
    assert sorted(i["trial_id"] for shard in shards for i in shard) == [f"T{i}" for i in range(6)]
    assert [] in shards


def test_the_same_input_gives_the_same_file(tmp_path):
    cohorts = write_cohort(tmp_path / "cohort")
    run(cohorts, 0, 1, tmp_path)
    first = (tmp_path / "0.parquet").read_bytes()
    run(cohorts, 0, 1, tmp_path)
    assert (tmp_path / "0.parquet").read_bytes() == first


def test_a_map_that_does_not_exist_stops_with_the_line(tmp_path):
    cohorts = write_cohort(tmp_path / "cohort", cells="\tvicon", header="\tcoordinate_map")
    with pytest.raises(InputError, match=r"line 2, column 'coordinate_map': 'vicon' is none of"):
        run(cohorts, 0, 1, tmp_path)
    assert not (tmp_path / "0.parquet").exists()


def test_two_cohorts_with_the_same_ids(tmp_path):
    for name in ("a", "b"):
        write_cohort(tmp_path / name, n_people=2)
    entries = [{"name": n, "path": str(tmp_path / n), "role": "both"} for n in ("a", "b")]
    infos, _, _ = run(read_cohorts(entries), 0, 1, tmp_path)
    ids = [(i["cohort"], i["trial_id"], i["split_group"]) for i in infos]
    assert ids == [("a", "a/T0", "a/P0"), ("a", "a/T1", "a/P1"),
                   ("b", "b/T0", "b/P0"), ("b", "b/T1", "b/P1")]  # fmt: skip


def test_the_pelvis_turns_as_in_opensim(tmp_path):
    angles_rad = np.random.default_rng(1).uniform(-1, 1, (3, 50))
    made = Rotation.from_quat(pelvis_quaternion(*angles_rad), scalar_first=True).as_matrix()
    np.testing.assert_allclose(made, pelvis_rotation(*angles_rad), atol=1e-12)
    turning = np.linspace(0, 4 * np.pi, 200)
    steady = pelvis_quaternion(0 * turning, 0 * turning, turning)
    assert (np.sum(steady[1:] * steady[:-1], axis=1) > 0.9).all()


def test_the_pelvis_of_a_file_is_there_in_metres_and_turns(tmp_path):
    outcome = ingest(tmp_path, "a.mot", mot(gait()))
    first = COORDINATE_NAMES.index("pelvis_qw")
    np.testing.assert_allclose(
        np.linalg.norm(outcome.frames[:, first : first + 4], axis=1), 1, atol=1e-6
    )
    np.testing.assert_allclose(outcome.frames[:, 1], gait()["pelvis_ty"], atol=1e-5)
    without = {n: v for n, v in gait().items() if not n.startswith("pelvis")}
    outcome = ingest(tmp_path, "b.mot", mot(without))
    assert np.isnan(outcome.frames[:, :7]).all()


def test_a_files_name_is_no_formula_in_the_exported_table_of_problems(tmp_path):
    cohorts = write_cohort(tmp_path / "cohort", 1)
    table = tmp_path / "cohort" / "trials.tsv"
    table.write_text(table.read_text().replace("T0.mot", "=cmd|' /C calc'!A0"))
    cohorts = read_cohorts([{"name": "c", "path": str(cohorts[0].folder), "role": "both"}])
    _, _, (issue,) = run(cohorts, 0, 1, tmp_path)
    assert issue.file == "=cmd|' /C calc'!A0"
    assert issue.problem == "missing_file"
    export_issues(tmp_path / "issues.tsv", [issue])
    assert "\t'=cmd|' /C calc'!A0\t" in (tmp_path / "issues.tsv").read_text()
