"""What each trial is like: of the tables or measured, of trials that the task applies to."""

import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.questions.condition_table import (
    class_combinations,
    condition_table,
    number_ranges,
)
from tests.helpers.small_generation import WALK, make_conditions

TRIALS = pd.DataFrame({"trial_id": ["a", "b", "c"], "participant_id": ["A", "B", "C"]})
SPLITS = pd.Series({"A": "train", "B": "test", "C": "train"})
MEASURED = pd.DataFrame({"speed": [0.504, None, 1.2]}, index=["a", "b", "c"])


def table(labels, task=WALK):
    labels = pd.DataFrame({"trial_id": ["a", "b", "c"], **labels}, dtype=object)
    return condition_table(TRIALS, labels, MEASURED, SPLITS, "walk", task)


def test_recorded_and_measured_conditions_stand_as_text():
    rows = table({"impaired": ["yes", "no", None], "side": ["l", None, None]})
    assert rows["split"].tolist() == ["train", "test", "train"]
    assert rows["speed"].tolist() == ["0.50", None, "1.20"]
    assert rows["impaired"].tolist() == ["yes", "no", None]


def test_trials_that_it_does_not_apply_to_are_left_out():
    task = WALK.model_copy(update={"applies_to": {"impaired": ["yes"]}})
    assert table({"impaired": ["yes", "no", None], "side": None}, task)["trial_id"].tolist() == [
        "a"
    ]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"impaired": ["maybe", None, None], "side": None}, "impaired: of trial a, 'maybe'"),
        ({"impaired": ["yes", None, None]}, "condition_on.side: there is no such recorded column"),
    ],
)
def test_what_no_words_stand_for_is_named(labels, words):
    with pytest.raises(InputError, match=words):
        table(labels)


def test_limits_are_those_of_the_rows():
    rows = make_conditions()
    assert number_ranges(rows, WALK) == {"speed": [0.5, 1.07]}
    combinations = class_combinations(rows, WALK)
    assert len(combinations) == 3
    assert {"impaired": "no"} in combinations
    assert {"impaired": "yes", "side": "r"} in combinations
