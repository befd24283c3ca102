"""The checkpoint folder: kept for the same work, emptied for other work."""

import pytest

from biomechgpt.checkpoints import open_checkpoints


@pytest.fixture
def folder(tmp_path):
    opened = open_checkpoints(tmp_path / "checkpoints", "the same work")
    (opened / "checkpoint-1").mkdir()
    return opened


def test_checkpoints_of_the_same_work_are_kept_and_those_of_other_work_are_not(folder):
    open_checkpoints(folder, "the same work")
    assert (folder / "checkpoint-1").is_dir()
    open_checkpoints(folder, "other work")
    assert not (folder / "checkpoint-1").exists()
    open_checkpoints(folder, "other work")


def test_a_disk_that_takes_no_more_costs_no_checkpoint(folder, monkeypatch):
    def full(path, text):
        open(path, "w").close()  # the file is emptied before the write fails
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    open_checkpoints(folder, "the same work")
    monkeypatch.undo()
    open_checkpoints(folder, "the same work")
    assert (folder / "checkpoint-1").is_dir()
