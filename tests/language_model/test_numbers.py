"""Which numbers are scored, and what their probabilities say."""

import numpy as np
import pytest

from biomechgpt.language_model.examples import answer_ids
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.numbers import possible_numbers, quantiles, values
from biomechgpt.language_model.prediction import _candidates
from biomechgpt.settings.tasks_section import TaskSettings


def possible(questions, answers, decimals):
    speed = questions[questions["task"] == "speed"].head(len(answers))
    (numbers,) = possible_numbers(
        speed.assign(answer=answers), {"speed": TaskSettings.model_construct(decimals=decimals)}
    ).values()
    return numbers


def test_every_number_that_training_answers_span_is_possible(questions):
    expected = ["-0.1", "0.0", *(f"{n / 10:.1f}" for n in range(1, 101))]
    assert possible(questions, ["10.0", "9.8 m/s", "-0.1"], 1) == expected


@pytest.mark.parametrize(
    ("answers", "decimals", "first", "last", "count"),
    [
        (["0.47", "9.47", "1.12"], 2, "0.4", "9.4", 91),
        (["3.14", "399.9", "7.0"], 3, "3.", "399.", 397),
        (["60", "190", "7"], 0, "7", "190", 184),
        (["0", "1999", "7"], 0, "0", "1995", 400),
    ],
)
def test_too_many_numbers_are_scored_by_their_beginnings(
    questions, answers, decimals, first, last, count
):
    numbers = possible(questions, answers, decimals)
    assert (numbers[0], numbers[-1], len(numbers)) == (first, last, count)


def test_a_beginning_stands_for_the_middle_of_its_numbers():
    assert values(["1.1", "0.0"], 2) == pytest.approx([1.145, 0.045])
    assert values(["12."], 1) == pytest.approx([12.45])
    assert values(["-1.2"], 2) == pytest.approx([-1.245])
    assert values(["0.47", "104"], 2)[0] == 0.47
    assert values(["104"], 0) == [104]


def test_a_number_learnt_by_heart_counts_wherever_it_lies(questions):
    """Every share lies within one beginning, so that the mean is within half a step of the truth."""
    for truth in ("1.12", "0.99", "9.46"):
        beginnings = possible(questions, ["0.47", "9.47", "1.12"], 2)
        (matching,) = [b for b in beginnings if truth.startswith(b)]
        assert values([matching], 2)[0] == pytest.approx(float(truth), abs=0.05)


def test_quantiles_are_those_of_the_distribution():
    numbers, shares = np.arange(11.0), np.full(11, 1 / 11)
    assert quantiles(numbers, shares) == [0.0, 5.0, 10.0]
    assert quantiles(numbers, np.eye(11)[4]) == [4.0, 4.0, 4.0]


def test_the_stop_is_scored_behind_whole_numbers_alone(model_folder):
    loaded = load_model(model_folder)
    loaded.description.possible_numbers["speed"] = ["9", "10", "104", "1.", "1.1"]
    candidates = _candidates(loaded, {"kind": "regression", "task": "speed"})
    ended = [answer_ids(loaded.tokenizer, n) for n in ["9", "10", "104", "1.", "1.1"]]
    assert candidates == [*ended[:3], *(ids[:-1] for ids in ended[3:])]


def test_beginnings_are_beginnings_to_the_tokenizer(model_folder):
    tokenizer = load_model(model_folder).tokenizer
    for beginning, number in [("1.1", "1.12"), ("12.", "12.0"), ("0.", "0.47")]:
        begun = answer_ids(tokenizer, beginning)[:-1]
        assert answer_ids(tokenizer, number)[: len(begun)] == begun
