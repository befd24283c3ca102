"""Tasks are read as the config and the phrasing files say, and nothing else is let in."""

import pytest

from biomechgpt.errors import InputError
from biomechgpt.questions.tasks import answer_text, listed, number_of, options_of, read_tasks
from biomechgpt.settings.tasks_section import TaskSettings

DEVICE = TaskSettings(kind="classification", label="device", options=["none", "cane", "walker"])
SPEED = TaskSettings(kind="regression", label="speed_m_s", unit="m/s", decimals=2)
PHRASINGS = """
train: {q-1: "Which device?", q-2: "One of {options}:"}
held_out: {h-1: "Name it."}
"""


def read(tmp_path, task: TaskSettings, text: str):
    path = tmp_path / "task.yaml"
    path.write_text(text)
    return read_tasks({"task": task}, {"task": path})[0]


def test_a_task_carries_what_config_and_phrasings_say(tmp_path):
    task = read(tmp_path, DEVICE, PHRASINGS)
    assert (task.name, task.settings) == ("task", DEVICE)
    assert [phrasing.id for phrasing in task.train] == ["q-1", "q-2"]
    assert task.train[1].text == "One of none, cane or walker:"
    assert task.held_out[0].text == "Name it."


def test_units_are_filled_in_and_options_of_a_regression_are_ignored(tmp_path):
    text = 'train: {a: "Speed in {unit}?"}\nheld_out: {b: "Speed?"}'
    speed = SPEED.model_copy(update={"options": ["left over"]})
    assert read(tmp_path, speed, text).train[0].text == "Speed in m/s?"
    assert options_of(speed) == []


def test_answers_are_options_or_numbers_of_fixed_decimals():
    assert answer_text(DEVICE, "cane") == "cane"
    assert answer_text(SPEED, "1.3") == "1.30"
    assert answer_text(SPEED, 0.456) == "0.46"
    assert answer_text(SPEED, "-0.001") == "0.00"
    assert answer_text(SPEED.model_copy(update={"decimals": 0}), "104.6") == "105"


def test_options_are_listed_as_in_a_sentence():
    assert listed(("yes", "no")) == "yes or no"
    assert listed(("a", "b", "c")) == "a, b or c"


@pytest.mark.parametrize(("text", "number"), [("1.5", 1.5), ("-2e1", -20.0)])
def test_numbers_are_read(text, number):
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["fast", "1,5", "", "inf", "nan", "1.2 m/s", "1_5"])
def test_what_is_no_finite_number_is_nan(text):
    assert number_of(text) != number_of(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train: {a: 'Which?'}", "exactly two keys"),
        ("train: {a: 'Which?'}\nheld_out: {}", "held_out must map"),
        ("train: {a: 'Which?'}\nheld_out: ['What?']", "held_out must map"),
        ("train: {a: 'Which?'}\nheld_out: {a: 'What?'}", "the id 'a' stands twice"),
        ("train: {a: 'Which?'}\nheld_out: {b: 'Which?'}", "the text 'Which.' stands twice"),
        ("train: {a: 'Which?', a: 'What?'}\nheld_out: {b: 'Who?'}", "the key 'a' stands twice"),
        ("train: {a: 'Which?'}\nheld_out: {b: 7}", "held_out.b must be text"),
        ('train: {a: "In {unit}?"}\nheld_out: {b: "What?"}', r"train.a holds \{unit\}.*options"),
        ('train: {a: "In {}?"}\nheld_out: {b: "What?"}', r"train.a holds \{\}"),
        ('train: {a: "In {options?"}\nheld_out: {b: "What?"}', "train.a: .*brace"),
        ("train: {a: [", "not valid YAML"),
    ],
)
def test_a_broken_phrasing_file_is_named_with_its_fault(tmp_path, text, words):
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, DEVICE, text)
    assert "task.yaml" in str(caught.value)


def test_a_missing_phrasing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no file .*other\.yaml"):
        read_tasks({"task": DEVICE}, {"task": tmp_path / "other.yaml"})
