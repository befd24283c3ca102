"""New recordings without labels, through a model folder, to a table of answers."""

import csv
import json
import shutil

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError
from biomechgpt.language_model.annotation import annotate
from biomechgpt.questions.calibration import Calibration, write_calibration
from biomechgpt.tokenizer.strangeness import Familiar, save_familiar
from tests.helpers.motion_files import MAPS
from tests.helpers.small_model import write_motion


@pytest.fixture
def recordings(tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "participants.tsv").write_text("participant_id\nnew-1\nnew-2\n")
    rows = ["a\tnew-1\ta.mot", "b\tnew-2\tb.mot", "gone\tnew-2\tgone.mot", "short\tnew-1\ts.mot"]
    (folder / "trials.tsv").write_text("\n".join(["trial_id\tparticipant_id\tfile", *rows, ""]))
    for name, seconds in (("a", 4), ("b", 6), ("s", 0.5)):
        write_motion(folder / f"{name}.mot", seconds)
    return folder


def read(path):
    with path.open() as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_every_task_is_answered_on_every_usable_trial(model_folder, recordings, tmp_path):
    annotate(model_folder, recordings, MAPS, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    rows = read(tmp_path / "answers.tsv")
    answered = {(row["trial_id"], row["task"]) for row in rows}
    assert answered == {(trial, task) for trial in "ab" for task in ("impaired", "device", "speed")}
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


CALIBRATIONS = {
    "impaired": Calibration(1e6, {0.8: 0.4, 0.9: None}),
    "device": Calibration(1.0, {0.8: 0.999, 0.9: 0.0}),
    "speed": Calibration(1.0, {0.8: 0.5, 0.9: None}),
}


def described(model_folder, folder, **changes):
    """A copy of a model folder that says other things of itself."""
    shutil.copytree(model_folder, folder)
    known = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(known | changes))
    return folder


def know_movements(folder, limit: float):
    """Let the model's tokenizer find everything at `limit` or below familiar."""
    n = 3 * len(JOINT_NAMES)
    unit = np.ones(())
    save_familiar(
        folder / "motion_tokenizer",
        Familiar(
            np.zeros(n),
            np.ones(n),
            np.eye(n),
            unit,
            np.ones(4),
            np.arange(4) / 4,
            np.array(limit),
            unit,
        ),
    )


def test_a_published_model_gives_calibrated_probabilities_and_sets(
    model_folder, recordings, tmp_path
):
    annotate(model_folder, recordings, MAPS, tmp_path / "raw.tsv", tmp_path / "issues.tsv")
    published = described(model_folder, tmp_path / "published", simulated=False)
    know_movements(published, 1000.0)
    write_calibration(published, CALIBRATIONS)
    annotate(published, recordings, MAPS, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
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


@pytest.mark.parametrize(
    ("simulated", "limit", "familiar", "coverage"),
    [
        (False, 1000.0, "yes", "as calibrated"),
        (False, 1e-6, "no", "not promised: the movement is unlike"),
        (False, None, "n/a", "not promised: nobody measured"),
        (True, 1000.0, "yes", "not promised: the model learnt from simulated"),
    ],
)
def test_coverage_is_promised_on_familiar_recordings_by_a_model_of_recordings_alone(
    model_folder, recordings, tmp_path, simulated, limit, familiar, coverage
):
    folder = described(model_folder, tmp_path / "published", simulated=simulated)
    write_calibration(folder, CALIBRATIONS)
    if limit is not None:
        know_movements(folder, limit)
    annotate(folder, recordings, MAPS, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    rows = read(tmp_path / "answers.tsv")
    assert {row["familiar"] for row in rows} == {familiar}
    assert all(row["coverage"].startswith(coverage) for row in rows)
    assert all((row["set_80"] != "n/a") == (coverage == "as calibrated") for row in rows)
    impaired = [row for row in rows if row["task"] == "impaired"]
    assert {row["probability"] for row in impaired} == {"0.5"}  # still at its temperature
    if limit is not None:
        assert {row["unrecorded_joints"] for row in rows} == {"24"}  # write_motion has 10 of 34


def test_a_question_is_asked_where_the_own_answers_allow_it(model_folder, recordings, tmp_path):
    """At a huge temperature nobody is called anything surely; at a tiny one everybody is."""
    tasks = json.loads((model_folder / "model.json").read_text())["tasks"]
    answers = {}
    for temperature in (1e6, 1e-3):
        certain = Calibration(temperature, {0.8: None, 0.9: None})
        for value in ("yes", "no"):
            tasks["device"]["applies_to"] = {"impaired": [value]}
            tasks["speed"]["applies_to"] = {"device": ["none", "cane", "walker"]}
            folder = described(model_folder, tmp_path / f"{temperature}-{value}", tasks=tasks)
            write_calibration(folder, {"impaired": certain})
            annotate(folder, recordings, MAPS, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
            rows = {r["task"]: r for r in read(tmp_path / "answers.tsv") if r["trial_id"] == "a"}
            answers[temperature, value] = rows
            assert rows["impaired"]["applies"] == "yes"
    for value in ("yes", "no"):
        unsure, sure = answers[1e6, value], answers[1e-3, value]
        assert [unsure[name]["applies"] for name in ("device", "speed")] == ["unknown"] * 2
        assert "not sure enough" in unsure["device"]["because"]
        assert unsure["device"]["answer"] != "n/a"
        own = sure["impaired"]["answer"]
        holds = "yes" if own == value else "no"
        assert [sure[name]["applies"] for name in ("device", "speed")] == [holds] * 2
        assert f"answer to impaired is {own} (100 %)" in sure["device"]["because"]
        assert (sure["device"]["answer"] == "n/a") == (holds == "no")
        assert (sure["speed"]["generated_text"] == "n/a") == (holds == "no")
    closed = answers[1e-3, "no" if answers[1e-3, "no"]["impaired"]["answer"] == "yes" else "yes"]
    assert closed["speed"]["because"].startswith("device does not apply, since the model's own")


def test_kinematics_stand_beside_a_number_that_they_measure(model_folder, recordings, tmp_path):
    tasks = json.loads((model_folder / "model.json").read_text())["tasks"]
    tasks["speed"]["label"] = "walking_speed_m_s"
    folder = described(model_folder, tmp_path / "named", tasks=tasks)
    annotate(folder, recordings, MAPS, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    rows = {row["task"]: row for row in read(tmp_path / "answers.tsv") if row["trial_id"] == "a"}
    assert float(rows["speed"]["measured_by_kinematics"]) == pytest.approx(0.51, abs=0.02)
    assert rows["impaired"]["measured_by_kinematics"] == "n/a"
    assert rows["speed"]["model"] == "v, fold holdout, seed 0"
    assert rows["speed"]["model_folder"] == str(folder)


def test_no_usable_recording_is_an_error_that_names_the_table(model_folder, recordings, tmp_path):
    for path in recordings.glob("*.mot"):
        path.unlink()
    with pytest.raises(InputError, match=r"No recording of .*new can be used; .*issues\.tsv says"):
        annotate(model_folder, recordings, MAPS, tmp_path / "answers.tsv", tmp_path / "issues.tsv")
    assert len(read(tmp_path / "issues.tsv")) == 4
    assert not (tmp_path / "answers.tsv").exists()
