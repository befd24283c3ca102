"""An own file: read as a cohort's are, problems in the same words, nothing left behind."""

import tempfile
from pathlib import Path

import numpy as np
import pytest

from biomechgpt.body.frames import read_trials
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.motion.strip import strip_shard
from biomechgpt.recordings.issues import read_issues
from biomechgpt.tokenizer.tokenising import tokenise_shard
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.joint_centre_files import csv_of, joint_centres, walk
from tests.helpers.small_model import write_motion


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Where temporary files go, so that what is left of them can be seen."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def test_a_good_file_can_be_asked_about(chat, tmp_path):
    own = chat.read_file(write_motion(tmp_path / "Visit 3.mot", 5))
    assert own.trial.name == "Visit 3.mot"
    assert own.trial.angles_rad.shape == (150, 34)
    assert "neck_rotation" in own.trial.missing_joints
    assert chat.ask(own.trial, "How fast in m/s?").task == "speed"
    assert own.trial.recorded == {}


def test_an_own_file_has_the_tokens_that_it_has_in_a_cohort(chat, tmp_path):
    (tmp_path / "participants.tsv").write_text("participant_id\nP\n")
    (tmp_path / "trials.tsv").write_text("trial_id\tparticipant_id\tfile\nT\tP\ta.mot\n")
    own = chat.read_file(write_motion(tmp_path / "a.mot", 5))
    read, angles, tokens = (tmp_path / f"{name}.parquet" for name in ("read", "angles", "tokens"))
    cohort, (reading, motion) = read_cohort("c", tmp_path), chat.reading
    ingest_shard([cohort], reading, 0, 1, read, tmp_path / "read_issues.parquet")
    strip_shard(read, motion, angles, tmp_path / "angles_issues.parquet")
    tokenise_shard(chat.folder / "motion_tokenizer", angles, {"T"}, tokens)
    (trial,) = read_trials(angles)
    assert np.array_equal(own.trial.angles_rad, trial.frames, equal_nan=True)
    assert own.trial.missing_joints == trial.info["missing_joints"]
    assert np.array_equal(own.trial.tokens, read_tokens([tokens]).tokens[0])
    issues = read_issues(tmp_path / "read_issues.parquet") + read_issues(
        tmp_path / "angles_issues.parquet"
    )
    assert own.problems == [f"{i.severity}: {i.problem}: {i.detail}" for i in issues]


def test_joint_centres_can_be_asked_about(chat, tmp_path):
    points = joint_centres("kinect_v2", *walk(60, n_frames=240))
    path = tmp_path / "kinect.csv"
    path.write_text(csv_of(points, np.arange(240) / 60))
    own = chat.read_file(path)
    assert own.trial.angles_rad.shape == (120, 34)
    assert "hip_rotation_r" in own.trial.missing_joints
    assert chat.ask(own.trial, "How fast in m/s?").task == "speed"


def test_a_short_file_is_rejected_in_the_words_of_the_report(chat, tmp_path):
    own = chat.read_file(write_motion(tmp_path / "short.mot", 0.5))
    assert own.trial is None
    rejected = [problem for problem in own.problems if problem.startswith("rejected")]
    assert len(rejected) == 1
    assert rejected[0].startswith("rejected: too_short: 0.50 s of usable motion")


def test_a_broken_file_is_called_by_its_own_name(chat, tmp_path):
    broken = tmp_path / "broken.c3d"
    broken.write_bytes(b"\x00\x01not a c3d file")
    own = chat.read_file(broken)
    assert own.trial is None
    assert own.problems[0].startswith("rejected: ")
    assert "/cohort/" not in own.problems[0]
    gone = chat.read_file(write_nothing(tmp_path / "empty.mot"), "<b>empty</b>.mot")
    assert gone.trial is None


def write_nothing(path: Path) -> Path:
    path.write_text("")
    return path


@pytest.mark.parametrize("name", ["a.exe", "a", "..", "a.mot/../../b", "a.mot\0"])
def test_other_endings_are_refused(chat, tmp_path, name):
    with pytest.raises(InputError, match="ends in none of"):
        chat.read_file(write_motion(tmp_path / "a.mot", 4), name)


def test_a_file_that_is_not_there_is_named(chat, tmp_path):
    with pytest.raises(InputError, match=r"gone\.mot cannot be read \(No such file"):
        chat.read_file(tmp_path / "gone.mot")


@pytest.mark.parametrize("name", ["../../x.mot", "/etc/x.mot", "a\tb\n.mot", "{file}.mot"])
def test_no_part_of_a_name_becomes_a_path_or_a_row(chat, tmp_path, name):
    path = write_motion(tmp_path / "a.mot", 4)
    before = sorted(tmp_path.iterdir())
    own = chat.read_file(path, name)
    assert own.trial.name == name
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("ending", [".mot", ".csv", ".bvh", ".c3d", ".sto"])
def test_real_recordings_of_each_kind(chat, recordings, ending):
    paths = sorted(recordings.rglob(f"*{ending}"), key=lambda path: path.stat().st_size)
    if not paths:
        pytest.skip(f"no {ending} among the recordings")
    read = [chat.read_file(path) for path in paths[-3:]]  # the small ones may be tables
    assert all(own.trial is not None or own.problems for own in read)
    assert any(own.trial is not None for own in read)
