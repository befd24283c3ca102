"""Conditions become words, and words conditions, or a sentence on what is not understood."""

from itertools import product

import numpy as np
import pytest

from biomechgpt.errors import InputError
from biomechgpt.questions.description_parsing import parse_description
from biomechgpt.questions.descriptions import canonical, describe, every_text, prompt
from tests.helpers.small_generation import WALK

CONDITION = {"impaired": "yes", "side": "l", "speed": "0.60", "seconds": "1.5"}


def test_a_description_has_a_clause_for_each_condition_in_order():
    assert describe(WALK, CONDITION) == (
        "impaired, left side affected, walks at 0.60 m/s, 1.5 seconds"
    )
    assert describe(WALK, {"speed": "0.60"}, "held_out") == "moving at 0.60 m/s"


def test_held_out_words_are_never_drawn_for_training():
    random = np.random.default_rng(0)
    prompts = {prompt(WALK, CONDITION, "train", random) for _ in range(50)}
    assert len(prompts) == 2  # that of the task, since each clause has one training wording
    assert not any(" moving" in text or "Please" in text for text in prompts)
    assert not {"moving at {value} m/s", "left worse", "Please: {description}"} & {
        *every_text(WALK)
    }


@pytest.mark.parametrize(
    ("side", "impaired", "affected"), [*product(["train", "held_out"], ["yes", "no"], ["l", "r"])]
)
def test_what_was_said_is_understood_in_all_wordings(side, impaired, affected):
    random = np.random.default_rng(0)
    condition = {"impaired": impaired, "side": affected, "speed": "1.05", "seconds": "2.0"}
    for _ in range(8):
        assert parse_description(describe(WALK, condition, side, random), WALK) == condition


def test_clauses_stand_in_any_order_among_words_that_say_nothing():
    text = "Show me a person who walks at 0.6 m/s for 1.5 s,  LEFT side affected; impaired"
    assert parse_description(text, WALK) == CONDITION


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a limping person, 2 seconds", "limping"),
        ("not impaired", "not"),
        ("walks at -0.6 m/s", "-"),
        ("walks at 0,6 m/s", "walks 0"),
        ("walks at 0.6 km/h", "walks 0.6 km/h"),
        ("please", "says nothing"),
        ("", "says nothing"),
        ("left side affected, right worse", "both"),
        ("walks at 0.6 m/s, 0.7 m/s", "both 0.60 and 0.70"),
    ],
)
def test_what_is_not_understood_is_named_and_never_dropped(text, words):
    with pytest.raises(InputError, match=words):
        parse_description(text, WALK)


def test_cells_that_no_words_stand_for_are_refused():
    assert canonical(WALK.condition_on["speed"], "0.6") == "0.60"
    assert canonical(WALK.condition_on["side"], None) is None
    with pytest.raises(ValueError, match="both"):
        canonical(WALK.condition_on["side"], "both")
    with pytest.raises(ValueError, match="no number"):
        canonical(WALK.condition_on["speed"], "fast")
