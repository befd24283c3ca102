import re

import pytest

from biomechgpt.checkpoints import fingerprint, open_checkpoints
from biomechgpt.files import file_sha256, replacing
from biomechgpt.results_layout import annotation_folder


def test_file_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "deep" / "out.txt"
    with replacing(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"


def test_failure_leaves_the_old_file_and_no_temporary(tmp_path):
    path = tmp_path / "out.txt"
    path.write_text("old")

    def fail():
        with replacing(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        fail()
    assert [file.name for file in tmp_path.iterdir()] == ["out.txt"]
    assert path.read_text() == "old"


def test_folder_takes_the_place_of_a_folder(tmp_path):
    path = tmp_path / "model"
    path.mkdir()
    (path / "old").touch()
    with replacing(path) as temporary:
        temporary.mkdir()
        (temporary / "new").touch()
    assert [file.name for file in path.iterdir()] == ["new"]


def test_checkpoints_of_the_same_run_stay_and_others_go(tmp_path):
    folder = open_checkpoints(tmp_path / "c", fingerprint({"a": 1}, "code"))
    (folder / "latest.pt").touch()
    assert (open_checkpoints(folder, fingerprint({"a": 1}, "code")) / "latest.pt").exists()
    assert not (open_checkpoints(folder, fingerprint({"a": 2}, "code")) / "latest.pt").exists()


def test_fingerprint_does_not_depend_on_the_order_of_keys():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1, "b": 2}) != fingerprint({"a": 2, "b": 1})


def test_hash_of_a_file(tmp_path):
    (tmp_path / "f").write_bytes(b"abc")
    assert file_sha256(tmp_path / "f").startswith("ba7816bf8f01cfea")


def test_every_model_and_every_cohort_has_annotations_of_its_own():
    model = "results/holdout/models/tiny-all/seed-0"
    first = annotation_folder("a/walks", model)
    assert re.fullmatch(r"walks-[0-9a-f]{8}/tiny-all-seed-0-[0-9a-f]{8}", first)
    others = [
        annotation_folder("b/walks", model),
        annotation_folder("a/walks", "results/holdout/models/tiny-all/seed-1"),
        annotation_folder("a/walks", "results/holdout/published/tiny-all/seed-0"),
    ]
    assert len({first, *others}) == 4
    assert annotation_folder("b/../a/walks/", f"./{model}") == first
    assert "{" not in annotation_folder("a/{walks} of May", model)
