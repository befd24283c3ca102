"""New recordings without labels, through a model folder, to a table of answers."""

import csv
import shutil

import pytest
import yaml

from biomechgpt.errors import InputError
from biomechgpt.language_model.annotation import annotate
from biomechgpt.language_model.recordings import Recordings
from biomechgpt.questions.calibration import Calibration, write_calibration


@pytest.fixture
def recordings(tmp_path, root, write_motion):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "participants.tsv").write_text("participant_id\nnew-1\nnew-2\n")
    rows = ["a\tnew-1\ta.mot", "b\tnew-2\tb.mot", "gone\tnew-2\tgone.mot", "short\tnew-1\ts.mot"]
    (folder / "trials.tsv").write_text("\n".join(["trial_id\tparticipant_id\tfile", *rows, ""]))
    for name, seconds in (("a", 4), ("b", 6), ("s", 0.5)):
        write_motion(folder / f"{name}.mot", seconds)
    config = yaml.safe_load((root / "config.yaml").read_text())
    maps = sorted((root / "resources" / "coordinate_maps").glob("*.yaml"))
    return Recordings(folder, maps, config["ingest"], config["motion"])


def read(path):
    with path.open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_task_is_answered_on_every_usable_trial(model_folder, recordings, tmp_path):
    annotate(model_folder, recordings, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    rows = read(tmp_path / "answers.tsv")
    asked = {(row["trial_id"], row["task"]) for row in rows}
    assert asked == {(trial, task) for trial in "ab" for task in ("impaired", "device", "speed")}
    assert {row["model_learnt_from"] for row in rows} == {"simulated data"}
    for row in rows:
        if row["task"] == "speed":
            assert float(row["low"]) <= float(row["answer"]) <= float(row["high"])
            assert row["unit"] == "m/s"
        else:
            shares = dict(part.rsplit(" ", 1) for part in row["probabilities"].split("; "))
            assert sum(map(float, shares.values())) == pytest.approx(1, abs=0.01)
            assert max(shares, key=lambda option: float(shares[option])) == row["answer"]
            assert row["probability"] == f"{float(shares[row['answer']]):.3f}".rstrip("0")
    problems = {row["trial_id"]: row["severity"] for row in read(tmp_path / "issues.tsv")}
    assert problems["gone"] == problems["short"] == "rejected"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("tmp")]


def test_a_published_model_gives_calibrated_probabilities_and_sets(
    model_folder, recordings, tmp_path
):
    annotate(model_folder, recordings, tmp_path / "raw.tsv", tmp_path / "issues.tsv")
    published = tmp_path / "published"
    shutil.copytree(model_folder, published)
    found = {
        "impaired": Calibration(1e6, {0.8: 0.4, 0.9: None}),
        "device": Calibration(1.0, {0.8: 0.999, 0.9: 0.0}),
        "speed": Calibration(1.0, {0.8: 0.5, 0.9: None}),
    }
    write_calibration(published, found)
    annotate(published, recordings, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    for before, row in zip(read(tmp_path / "raw.tsv"), read(tmp_path / "answers.tsv"), strict=True):
        assert before["set_80"] == before["set_90"] == "n/a"
        assert before["answer"] == row["answer"]
        if row["task"] == "impaired":
            assert float(row["probability"]) == pytest.approx(0.5, abs=1e-3)
            assert sorted(row["set_80"].split("; ")) == ["no", "yes"]
            assert row["set_80"].split("; ")[0] == row["answer"]
            assert row["set_90"] == "n/a"
        elif row["task"] == "device":
            assert row["probabilities"] == before["probabilities"]
            assert row["set_80"] == row["answer"]
            assert len(row["set_90"].split("; ")) == len(row["probabilities"].split("; "))
        else:
            low, high = map(float, row["set_80"].split(" to "))
            assert low == pytest.approx(float(row["low"]) - 0.5, abs=0.011)
            assert high == pytest.approx(float(row["high"]) + 0.5, abs=0.011)


def test_no_usable_recording_is_an_error_that_names_the_table(model_folder, recordings, tmp_path):
    for path in recordings.cohort.glob("*.mot"):
        path.unlink()
    with pytest.raises(InputError, match=r"No recording of .*new can be used; .*issues\.tsv says"):
        annotate(model_folder, recordings, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    assert len(read(tmp_path / "issues.tsv")) == 4
    assert not (tmp_path / "answers.tsv").exists()
