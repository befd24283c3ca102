import numpy as np
import pyarrow.parquet as pq
import pytest

from biomechgpt.body import frames
from biomechgpt.body.coordinates import JOINT_NAMES, JOINTS


def write(path, lengths, with_time=False):
    with frames.FrameWriter(path, ["a", "b"], unit="rad", with_time=with_time) as writer:
        for number, length in enumerate(lengths):
            values = np.arange(2 * length, dtype=np.float32).reshape(length, 2) + 100 * number
            time_s = np.arange(length) / 30 if with_time else None
            writer.write({"trial_id": f"t{number}", "who": number}, values, time_s)


def test_what_was_written_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "ROWS_PER_GROUP", 7)
    write(tmp_path / "f.parquet", [3, 5, 1, 9], with_time=True)
    trials = list(frames.read_trials(tmp_path / "f.parquet"))
    assert [trial.info["trial_id"] for trial in trials] == ["t0", "t1", "t2", "t3"]
    assert [len(trial.frames) for trial in trials] == [3, 5, 1, 9]
    assert trials[3].frames[0] == pytest.approx([300, 301])
    assert trials[1].time_s == pytest.approx(np.arange(5) / 30)


def test_row_groups_end_on_trial_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "ROWS_PER_GROUP", 7)
    write(tmp_path / "f.parquet", [3, 5, 1, 9])
    file = pq.ParquetFile(tmp_path / "f.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [8, 10]


def test_empty_file_is_a_file(tmp_path):
    write(tmp_path / "f.parquet", [])
    assert list(frames.read_trials(tmp_path / "f.parquet")) == []
    assert frames.read_infos(tmp_path / "f.parquet") == []


def test_metadata_says_what_the_columns_are(tmp_path):
    write(tmp_path / "f.parquet", [3])
    metadata = pq.read_schema(tmp_path / "f.parquet").metadata
    assert metadata[b"unit"] == b"rad"
    assert metadata[b"contract"] == b"1"


def test_the_34_joints():
    assert len(JOINT_NAMES) == len(set(JOINT_NAMES)) == 34
    assert JOINT_NAMES[3] == "knee_angle_r"
    assert JOINT_NAMES[27] == "arm_flex_l"
    knee = JOINTS[3]
    assert knee.low_rad < -2.7 < 0 < knee.high_rad < 0.2
    assert all(joint.low_rad < joint.high_rad for joint in JOINTS)
