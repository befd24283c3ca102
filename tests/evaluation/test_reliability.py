"""Reliability bins, sets, intervals and abstention by hand."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation import reliability
from biomechgpt.evaluation.fitted_calibration import Calibrated
from tests.helpers import fake_answers

ONE = np.array([[1.0, 0.0, 0.0], [0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.4, 0.35, 0.25]])


def calibrated(p, limits):
    """As if calibration had found these limits (two levels) for every row."""
    tiled = np.tile(limits, (len(p), 1))
    return Calibrated(p, tiled, tiled, pd.DataFrame())


def weights(n_participants, n_draws=50):
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n_participants, np.full(n_participants, 1 / n_participants), n_draws)
    return np.vstack([np.ones(n_participants), draws])


def test_bins_hold_all_answers_and_their_mean_is_the_accuracy():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), 300)
    person, truth = np.arange(300) % 12, rng.integers(0, 3, 300)
    answers = fake_answers.choices(person, truth, p, seed=np.arange(300) % 2)
    rows = pd.DataFrame(reliability.reliability_rows(answers, p, weights(12)))
    assert set(rows["reading"]) == {"answer", "calibrated"}
    uncalibrated = rows[rows["reading"] == "answer"]
    assert uncalibrated["n_answers"].sum() == 300
    assert uncalibrated["confidence"].is_monotonic_increasing
    accuracy = np.average(uncalibrated["accuracy"], weights=uncalibrated["n_answers"])
    assert accuracy == pytest.approx(np.mean(p.argmax(axis=1) == truth))
    assert (uncalibrated["low"] <= uncalibrated["accuracy"]).all()
    assert (uncalibrated["accuracy"] <= uncalibrated["high"]).all()


def test_sets_by_hand():
    truth = np.array([0, 1, 0, 2])
    answers = fake_answers.choices(np.array([0, 0, 1, 2]), truth, ONE)
    rows = reliability.set_rows(answers, calibrated(ONE, [0.7, np.nan]), weights(3))
    by_method = pd.DataFrame(rows).set_index(["method", "level", "label"])
    rows, pooled = by_method.loc["corrected"], by_method.loc["pooled"]
    pd.testing.assert_frame_equal(rows.loc[pooled.index], pooled)
    assert list(pooled.index) == [(0.8, ""), (0.9, "")]
    # At a limit of 0.7 options of 0.3 and more are in: sizes 1, 2, 1, 2; the truth in 2 of 4.
    whole = rows.loc[(0.8, "")]
    assert whole["trial_coverage"] == pytest.approx(2 / 4)
    assert whole["coverage"] == pytest.approx((1 + 0 + 0) / 3)
    assert whole["mean_size"] == pytest.approx((1.5 + 1 + 2) / 3)
    assert whole["single_share"] == pytest.approx((0.5 + 1 + 0) / 3)
    assert (whole["n_participants"], whole["n_trials"], whole["n_options"]) == (3, 4, 3)
    assert rows.loc[(0.8, "option 0"), "coverage"] == pytest.approx(1 / 2)
    assert rows.loc[(0.9, ""), "n_participants"] == 0
    assert np.isnan(rows.loc[(0.9, ""), "coverage"])


def test_intervals_of_numbers_by_hand():
    truth, number = np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 9.0])
    answers = fake_answers.numbers(np.arange(3), truth, number, number - 1, number + 1)
    rows = reliability.interval_rows(
        answers, calibrated(np.empty((3, 0)), [0.5, 5.0]), weights(3), 4.5
    )
    rows = pd.DataFrame(rows).set_index(["method", "level"])
    assert rows.loc[("predicted", 0.9), ["coverage", "mean_width"]].tolist() == [2 / 3, 2.0]
    assert rows.loc[("corrected", 0.8), ["coverage", "mean_width"]].tolist() == [2 / 3, 3.0]
    assert rows.loc[("corrected", 0.9), ["coverage", "mean_width"]].tolist() == [1.0, 12.0]
    assert rows.loc[("pooled", 0.9), ["coverage", "mean_width"]].tolist() == [1.0, 12.0]
    assert set(rows["label_range"]) == {4.5}


def test_an_answer_without_probabilities_or_number_is_not_held():
    p = np.vstack([ONE[:2], np.full((2, 3), np.nan)])
    answers = fake_answers.choices(np.arange(4), np.zeros(4, int), ONE)
    row = reliability.set_rows(answers, calibrated(p, [0.7, 0.7]), weights(4))[0]
    assert (row["coverage"], row["mean_size"]) == (0.5, 0.75)
    number = np.array([1.0, np.nan])
    answers = fake_answers.numbers(np.arange(2), [1.0, 1.0], number, number - 1, number + 1)
    rows = reliability.interval_rows(
        answers, calibrated(np.empty((2, 0)), [0.5, 0.5]), weights(2), 1.0
    )
    assert [(row["coverage"], row["mean_width"]) for row in rows[:3]] == [
        (0.5, 2),
        (0.5, 3),
        (0.5, 3),
    ]


def test_a_narrowing_correction_never_turns_an_interval_inside_out():
    answers = fake_answers.numbers(np.arange(2), np.zeros(2), np.zeros(2), -1.0, 1.0)
    kinds = reliability.number_intervals(answers, calibrated(np.empty((2, 0)), [-0.4, -3.0]))
    assert kinds[1].low.tolist() == [-0.6, -0.6]
    assert kinds[2].low.tolist() == kinds[2].high.tolist() == [0.0, 0.0]


def test_a_model_without_intervals_has_only_corrected_ones():
    answers = fake_answers.numbers(np.arange(2), np.zeros(2), np.array([1.0, np.nan]))
    kinds = reliability.number_intervals(answers, calibrated(np.empty((2, 0)), [0.5, 0.7]))
    assert [kind.method for kind in kinds] == ["corrected"] * 2 + ["pooled"] * 2
    assert kinds[0].low[0] == 0.5
    assert np.isnan(kinds[0].low[1])


def test_risk_falls_when_only_certain_answers_are_given():
    confidence = np.linspace(0.51, 0.99, 50)
    p = np.stack([confidence, 1 - confidence], axis=1)
    truth = (np.arange(50) < 10).astype(int)  # the ten least certain are wrong
    answers = fake_answers.choices(np.arange(50) % 10, truth, p)
    rows = pd.DataFrame(reliability.risk_rows(answers, p, weights(10)))
    assert rows["answered"].tolist() == pytest.approx(rows["target"].tolist())
    assert rows["risk"].tolist() == pytest.approx([0] * 8 + [5 / 45, 10 / 50])
    assert rows["n_trials"].iloc[-1] == 50


def test_answers_of_equal_confidence_are_given_together():
    p = np.full((20, 2), 0.5)
    answers = fake_answers.choices(np.arange(20) % 5, np.zeros(20, int), p)
    rows = pd.DataFrame(reliability.risk_rows(answers, p, weights(5)))
    assert set(rows["answered"]) == {1.0}


def test_unreadable_answers_come_last_and_cost():
    p = np.array([[0.9, 0.1]] * 8 + [[np.nan, np.nan]] * 2)
    answers = fake_answers.certain(np.arange(10) % 5, np.zeros(10, int), [0] * 8 + [2] * 2, 2)
    rows = pd.DataFrame(reliability.risk_rows(answers, p, weights(5))).set_index("target")
    assert rows.loc[0.8, "risk"] == 0
    assert rows.loc[1.0, "risk"] == pytest.approx(0.2)


def test_numbers_abstain_by_the_width_of_their_interval():
    truth, number = np.zeros(20), np.linspace(0.1, 2, 20)
    answers = fake_answers.numbers(np.arange(20) % 5, truth, number, number - number, 2 * number)
    rows = pd.DataFrame(reliability.risk_rows(answers, np.empty((20, 0)), weights(5)))
    assert rows["risk"].is_monotonic_increasing
    assert rows["risk"].iloc[-1] == pytest.approx(number.mean())
    bare = fake_answers.numbers(np.arange(20) % 5, truth, number)
    assert reliability.risk_rows(bare, np.empty((20, 0)), weights(5)) == []
