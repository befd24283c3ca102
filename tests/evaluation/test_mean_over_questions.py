"""The mean lead over questions, on the scale from chance to the strongest simple method."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation.evaluate import evaluate
from biomechgpt.evaluation.mean_over_questions import COLUMNS, mean_differences
from biomechgpt.evaluation.number_choice import with_decided_numbers
from biomechgpt.settings.evaluate_section import EvaluateSettings
from tests.helpers import fake_predictions

CFG = EvaluateSettings(bootstrap_draws=200, seed=0)
VARIANTS, BASELINES, UNINFORMED = ["a", "b"], ["strong", "weak", "guess"], ["guess"]
ERRORS = {  # mean absolute error of each model, in a unit of the question
    "near": {"a": 4, "b": 6, "strong": 2, "weak": 7, "guess": 10},
    "far": {"a": 0.75, "b": 0.5, "strong": 0.5, "weak": 0.9, "guess": 1.0},
}


def made(errors):
    """Twelve participants with two trials each; every other one is estimated a tenth better."""
    rows = [
        fake_predictions._key(person, trial, task, model, 0)
        | dict.fromkeys(("number_mean", "number_median", "number_low", "number_high"), np.nan)
        | {"kind": "regression", "truth": "50", "truth_number": 50.0, "parsed": None, "answer": ""}
        | {"number": 50 + error * (1 + 0.1 * (-1) ** (person + len(model))), "options": []}
        | {"probabilities": []}
        for task, of_task in errors.items()
        for model, error in of_task.items()
        for person in range(12)
        for trial in range(2)
    ]
    return pd.DataFrame(rows)


def measured(predictions, variants=VARIANTS, baselines=BASELINES, uninformed=UNINFORMED):
    folds = fake_predictions.folds(predictions)
    evaluation = evaluate(predictions, folds, CFG, variants, baselines)
    decided = with_decided_numbers(predictions, evaluation.number_choices)
    table = mean_differences(decided, evaluation.metrics, variants, uninformed, CFG)
    return table, evaluation


def lead(table, variant, against, other=""):
    rows = table.query("variant == @variant and against == @against and other == @other")
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def table():
    return measured(made(ERRORS))[0]


def test_each_question_weighs_the_same_on_its_own_scale(table):
    assert tuple(table) == COLUMNS
    # a reaches 6 of 8 and .25 of .5, b 4 of 8 and all.
    assert lead(table, "a", "uninformed").difference == pytest.approx((0.75 + 0.5) / 2)
    assert lead(table, "b", "uninformed").difference == pytest.approx((0.5 + 1.0) / 2)
    assert lead(table, "a", "strongest").difference == pytest.approx((0.75 + 0.5) / 2 - 1)
    assert lead(table, "a", "model", "b").difference == pytest.approx((0.25 - 0.5) / 2)
    assert set(table["questions"]) == {"near, far"}
    assert set(table["n_questions"]) == {2}
    assert set(table["n_participants"]) == {12}


def test_a_pair_turned_around_has_the_opposite_lead_and_verdict(table):
    ahead, behind = lead(table, "b", "model", "a"), lead(table, "a", "model", "b")
    assert (behind.low, behind.high) == pytest.approx((-ahead.high, -ahead.low))
    assert ahead.low < ahead.difference < ahead.high
    assert (ahead.verdict, behind.verdict) == ("above", "below")


def test_another_unit_changes_nothing(table):
    seconds = ERRORS | {"far": {name: 1000 * error for name, error in ERRORS["far"].items()}}
    others = measured(made(seconds))[0]
    pd.testing.assert_frame_equal(others, table)


def test_a_question_on_which_nothing_beats_chance_does_not_count(table):
    lost = {"a": 3, "b": 9, "strong": 8, "weak": 7, "guess": 6}
    others = measured(made(ERRORS | {"lost": lost}))[0]
    pd.testing.assert_frame_equal(others, table)
    nothing = measured(made({"lost": lost}))[0]
    assert nothing.empty
    assert tuple(nothing) == COLUMNS


def test_a_question_that_one_model_was_not_asked_counts_for_the_other_alone():
    predictions = made(ERRORS)
    kept = (predictions["variant"] != "b") | (predictions["task"] == "near")
    table = measured(predictions[kept])[0]
    assert lead(table, "a", "uninformed").n_questions == 2
    assert lead(table, "b", "uninformed").questions == "near"
    assert lead(table, "a", "model", "b").difference == pytest.approx(0.25)


def test_on_a_single_question_it_is_the_paired_comparison_divided_by_the_distance():
    made_up = fake_predictions.make(skills={"a": 0.8, "b": 0.6, "strong": 0.7, "guess": 0.0})
    for task, metric, sign in (("activity", "macro_f1", 1), ("walking_speed", "mae", -1)):
        table, evaluation = measured(
            made_up[made_up["task"] == task], baselines=["strong", "guess"]
        )
        means = evaluation.metrics.query("seed == 'mean' and reading == 'answer' and label == ''")
        level = means[means["metric"] == metric].set_index("variant")["value"]
        distance = sign * (level["strong"] - level["guess"])
        same = "variant == 'a' and other == 'b' and metric == @metric"
        pair = evaluation.comparisons.query(same).iloc[0]
        row = lead(table, "a", "model", "b")
        expected = np.array([pair.difference, pair.low, pair.high]) / distance
        assert [row.difference, row.low, row.high] == pytest.approx(expected)


def test_copies_are_not_told_apart_and_four_people_not_estimable():
    copies = made({task: of_task | {"b": of_task["a"]} for task, of_task in ERRORS.items()})
    twins = measured(copies)[0]
    assert lead(twins, "a", "model", "b").verdict == "not distinguishable"
    few = copies[copies["participant_id"] < "P004"]
    assert measured(few)[0].empty


def test_a_single_variant_has_no_table():
    predictions = made(ERRORS)
    assert measured(predictions[predictions["variant"] != "b"], ["a"])[0] is None
