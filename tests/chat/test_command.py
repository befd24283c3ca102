"""The command line: answers as text and as JSON, files, and errors in one sentence."""

import argparse
import json
import subprocess
import sys

import pytest

from biomechgpt.chat import command
from biomechgpt.errors import InputError
from biomechgpt.questions.calibration import Calibration
from tests.helpers.small_model import QUESTION_TEXTS, write_motion
from tests.helpers.small_run import change_task


@pytest.fixture
def run(run_model, monkeypatch, chat, capsys):
    """A function that runs the command on the small run; exit code and what it printed."""
    monkeypatch.setattr("biomechgpt.chat.asking.open_chat", lambda model, run: chat)

    def ask(*questions: str, **arguments) -> tuple[int, str, str]:
        start = {
            "model": run_model,
            "run": None,
            "trial": [],
            "file": [],
            "json": False,
            "video": None,
        }
        options = start | {"recorded": False, "question": list(questions)} | arguments
        code = command.run(argparse.Namespace(**options))
        return code, *capsys.readouterr()

    return ask


def test_answers_of_two_trials_with_what_they_may_not_be_used_for(run):
    code, out, _ = run(QUESTION_TEXTS["device"], trial=["t6", "t0"])
    assert code == 0
    assert out.count("Not a medical device") == 1
    assert out.count("walker") >= 2
    assert "holds the truth 80 times in 100: " in out
    assert "trained on this participant" in out.split("t0: ")[1]
    assert "recorded label" not in out


def test_numbers_and_labels(run):
    _, out, _ = run(QUESTION_TEXTS["speed"], trial=["t6"], recorded=True)
    assert "m/s, the model's own 90 % range" in out
    assert "no set that holds the truth 90 times in 100" in out
    assert "recorded label: 1.40" in out


def test_json_is_one_answer_a_line(run):
    _, out, _ = run(QUESTION_TEXTS["impaired"], trial=["t6", "t0"], json=True, recorded=True)
    answers = [json.loads(line) for line in out.splitlines()]
    assert [line["trial"] for line in answers] == ["t6", "t0"]
    assert [line["recorded"] for line in answers] == ["yes", "yes"]
    assert sum(share for _, share in answers[0]["estimate"]["ranked"]) == pytest.approx(1)


def test_outside_says_what_can_be_asked(run):
    _, out, _ = run("What is the capital of Italy?", trial=["t6"])
    assert "was not trained on such questions" in out
    assert "Not understood: capital, italy" in out
    _, out, _ = run("what can you do?", trial=["t6"])
    assert all(question in out for question in QUESTION_TEXTS.values())
    assert "step length" in out


def test_a_file_that_cannot_be_used_is_told_and_the_others_go_on(run, tmp_path):
    short, good = write_motion(tmp_path / "a.mot", 0.5), write_motion(tmp_path / "b.mot", 4)
    code, out, err = run(QUESTION_TEXTS["speed"], file=[short, good])
    assert code == 1
    assert "a.mot: rejected: too_short" in err
    assert out.startswith("b.mot: ")


def test_a_closed_question_and_a_measured_number_are_said(run, chat, monkeypatch):
    monkeypatch.setitem(
        chat.model.calibrations, "impaired", Calibration(1e-3, {0.8: None, 0.9: None})
    )
    change_task(monkeypatch, chat, "device", applies_to={"impaired": []})
    change_task(monkeypatch, chat, "speed", label="walking_speed_m_s")
    _, out, _ = run(QUESTION_TEXTS["device"], trial=["t6"])
    assert "This question does not apply: the model's own answer to impaired is" in out
    assert "the model wrote" not in out
    assert "Not a medical device" in out
    _, out, _ = run(QUESTION_TEXTS["speed"], trial=["t6"])
    assert "m/s measured by kinematics; the model's number is" in out


def test_there_must_be_a_movement_and_a_model(run, tmp_path):
    with pytest.raises(InputError, match="no movement to ask about"):
        run("How fast?")
    with pytest.raises(InputError, match="no model in"):
        command.first_model(tmp_path)


def test_published_models_come_first(tmp_path):
    for kind in ("models", "published"):
        folder = tmp_path / "holdout" / kind / "v" / "seed-0"
        folder.mkdir(parents=True)
        (folder / "model.json").write_text("{}")
    assert command.first_model(tmp_path).parts[-3] == "published"


def test_the_script_answers_in_another_process(root, run_model):
    script = [sys.executable, str(root / "workflow_scripts/chat.py"), "--model", str(run_model)]
    said = [*script, "--trial", "t6", QUESTION_TEXTS["speed"], "--json"]
    done = subprocess.run(said, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["task"] == "speed"


def test_the_script_says_in_a_sentence_what_is_wrong(root, tmp_path):
    script = [sys.executable, str(root / "workflow_scripts/chat.py"), "--trial", "t6", "?"]
    done = subprocess.run(script, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("There is no model in results/")
    assert "Traceback" not in done.stderr


def test_several_questions_refer_to_one_another_and_a_problem_stops_none(run, tmp_path):
    walk = write_motion(tmp_path / "own.mot", 8)
    code, out, err = run(
        QUESTION_TEXTS["impaired"], "why?", "compare", "right step length", "and left?", file=[walk]
    )
    assert code == 1
    assert "compare: There is no second movement" in err
    answers = out.split("own.mot: ")
    assert [part.splitlines()[0] for part in answers[1:]] == [
        QUESTION_TEXTS["impaired"], "why?", "right step length", "and left?",
    ]  # fmt: skip
    assert "percentage points" in answers[2]
    assert "Step length, right: " in answers[3]
    assert "Step length, left: " in answers[4]
    assert "right:" not in answers[4]


def test_two_movements_are_compared_once(run, tmp_path):
    walks = [write_motion(tmp_path / "a.mot", 8), write_motion(tmp_path / "b.mot", 12)]
    code, out, _ = run("compare the step length", file=walks)
    assert code == 0
    assert out.startswith("a.mot: compare the step length")
    assert "b.mot: " not in out
    assert "in one of them nobody walks" in out
