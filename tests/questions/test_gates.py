"""Whether a question applies: recorded labels first, then the model's own answers along the chain."""

import pytest

from biomechgpt.questions.conditions import circle, condition_errors, earlier_tasks, in_turn
from biomechgpt.questions.gates import Gate, gate
from biomechgpt.settings.tasks_section import TaskSettings


def choice(label: str, *options: str, **applies_to: list[str]) -> TaskSettings:
    return TaskSettings(
        kind="classification", label=label, options=list(options), applies_to=applies_to
    )


TASKS = {
    "falls": choice("fell", "yes", "no", diagnosis=["prosthesis"]),
    "diagnosis": choice("diagnosis", "prosthesis", "stroke", impaired=["yes"]),
    "impaired": choice("impaired", "yes", "no"),
    "speed": TaskSettings(kind="regression", label="speed", applies_to={"side": ["left"]}),
}
WELL = {"impaired": {"yes": 0.03, "no": 0.97}}
ILL = {"impaired": {"yes": 0.9, "no": 0.1}}
UNCLEAR = {"impaired": {"yes": 0.6, "no": 0.4}}


def test_a_question_without_condition_applies():
    assert gate("impaired", TASKS, {}, {}) == Gate("yes", "")


def test_own_answers_close_and_open_a_question_and_say_how_sure_they_are():
    closed = gate("diagnosis", TASKS, {}, WELL)
    assert closed == Gate("no", "the model's own answer to impaired is no (97 %)")
    assert gate("diagnosis", TASKS, {}, ILL).applies == "yes"
    unclear = gate("diagnosis", TASKS, {}, UNCLEAR)
    assert unclear.applies == "unknown"
    assert "yes (60 %), which is not sure enough" in unclear.because


def test_a_chain_is_closed_where_its_first_link_is():
    falls = gate("falls", TASKS, {}, WELL)
    assert falls.applies == "no"
    assert falls.because == (
        "diagnosis does not apply, since the model's own answer to impaired is no (97 %)"
    )


@pytest.mark.parametrize(
    ("first", "share", "applies"),
    [
        (ILL, 0.9, "yes"), (ILL, 0.1, "no"), (ILL, 0.5, "unknown"),
        (UNCLEAR, 0.9, "unknown"), (UNCLEAR, 0.1, "no"), (WELL, 0.9, "no"),
    ],
)  # fmt: skip
def test_every_link_of_a_chain_must_hold(first, share, applies):
    second = {"diagnosis": {"prosthesis": share, "stroke": 1 - share}}
    assert gate("falls", TASKS, {}, first | second).applies == applies


def test_options_that_qualify_count_together():
    tasks = {
        "activity": choice("activity", "walking", "running", "standing"),
        "cadence": TaskSettings(
            kind="regression", label="c", applies_to={"activity": ["walking", "running"]}
        ),
    }
    shares = {"walking": 0.45, "running": 0.4, "standing": 0.15}
    assert gate("cadence", tasks, {}, {"activity": shares}).applies == "yes"


def test_a_recorded_label_comes_before_the_models_answer():
    assert gate("diagnosis", TASKS, {"impaired": "yes"}, WELL).applies == "yes"
    closed = gate("diagnosis", TASKS, {"impaired": "no"}, ILL)
    assert closed == Gate("no", "impaired is no (recorded)")
    assert gate("falls", TASKS, {"impaired": "no"}, {}).applies == "no"


def test_what_nobody_answered_is_unknown():
    assert gate("diagnosis", TASKS, {}, {}) == Gate("unknown", "impaired was not answered")
    assert gate("speed", TASKS, {}, WELL) == Gate("unknown", "nothing answers side")


def test_of_two_conditions_the_one_that_fails_decides():
    both = TASKS | {"tug": choice("t", "a", "b", impaired=["yes"], side=["left"])}
    assert gate("tug", both, {}, ILL).applies == "unknown"
    assert gate("tug", both, {}, WELL).applies == "no"
    assert gate("tug", both, {"side": "left"}, ILL).applies == "yes"


def test_tasks_are_asked_after_those_they_wait_for():
    assert earlier_tasks("falls", TASKS) == ["impaired", "diagnosis"]
    assert in_turn(TASKS) == [["impaired", "speed"], ["diagnosis"], ["falls"]]


def test_a_circle_of_conditions_is_an_error_that_names_its_way():
    tasks = TASKS | {"impaired": choice("impaired", "yes", "no", fell=["yes"])}
    assert circle(TASKS) == []
    assert circle(tasks) == ["falls", "diagnosis", "impaired", "falls"]
    (sentence,) = condition_errors(tasks)
    assert "tasks.falls.applies_to goes in a circle" in sentence
    assert "falls -> diagnosis -> impaired -> falls" in sentence
    assert circle({"odd": choice("odd", "a", "b", odd=["a"])}) == ["odd", "odd"]


def test_a_value_that_no_answer_can_be_is_an_error_with_its_key():
    tasks = TASKS | {"diagnosis": choice("diagnosis", "prosthesis", "stroke", impaired=["Yes"])}
    (sentence,) = condition_errors(tasks)
    assert "tasks.diagnosis.applies_to.impaired names Yes" in sentence
    assert "yes, no" in sentence
