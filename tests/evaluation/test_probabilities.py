"""Proper scores against scikit-learn, calibration by hand."""

import numpy as np
import pytest
from sklearn import metrics as sk

from biomechgpt.evaluation import probabilities
from biomechgpt.evaluation.metrics import probability_matrix
from tests.helpers import fake_answers


def made(n=600, k=3, seed=0):
    """Probabilities and truths drawn from them, so that they are calibrated."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(k), n)
    truth = np.array([rng.choice(k, p=row) for row in p])
    return np.arange(n) % 20, truth, p


def measured(person, truth, p, **more):
    answers = fake_answers.choices(person, truth, p, **more)
    weights = np.ones((2, person.max() + 1))
    measures = probabilities.probability_measures(answers, answers.probabilities, weights)
    return {name: values[0] for name, values in measures.items()}


def test_brier_and_log_loss_are_those_of_scikit_learn():
    person, truth, p = made()
    measures = measured(person, truth, p)
    assert measures["log_loss"] == pytest.approx([sk.log_loss(truth, p, labels=[0, 1, 2])])
    brier = np.mean(((p - np.eye(3)[truth]) ** 2).sum(axis=1))
    assert measures["brier"] == pytest.approx([brier])


def test_two_options_have_twice_the_brier_score_of_one():
    person, truth, p = made(k=2)
    reference = sk.brier_score_loss(truth, p[:, 1])
    assert measured(person, truth, p)["brier"] == pytest.approx([2 * reference])


def test_calibration_error_is_small_for_drawn_truths_and_large_for_boasting():
    person, truth, p = made(n=3000)
    fair = measured(person, truth, p)
    boasting = measured(person, truth, np.where(p == p.max(axis=1, keepdims=True), 0.98, 0.01))
    assert fair["ece"] < 0.05
    assert abs(fair["confidence_gap"]) < 0.03
    assert boasting["ece"] > 0.25
    assert boasting["confidence_gap"] > 0.25


def test_with_few_answers_there_is_one_bin_and_the_error_is_the_gap():
    person, truth, p = made(n=40)
    measures = measured(person, truth, p)
    assert measures["ece"] == pytest.approx(np.abs(measures["confidence_gap"]))


def test_error_of_two_bins_by_hand():
    p = np.repeat([[0.9, 0.1], [0.6, 0.4]], 30, axis=0)
    truth = np.array([0] * 24 + [1] * 6 + [0] * 21 + [1] * 9)
    measures = measured(np.arange(60) % 6, truth, p)
    assert measures["ece"] == pytest.approx([(abs(0.9 - 0.8) + abs(0.6 - 0.7)) / 2])
    assert measures["confidence_gap"] == pytest.approx([0.0], abs=1e-12)


def test_equal_confidences_share_a_bin():
    assert set(probabilities.bins(np.full(300, 0.5))) == {0}
    bins = probabilities.bins(np.arange(300.0))
    assert np.bincount(bins).tolist() == [30] * 10


def test_a_probability_of_nothing_for_what_happened_costs_a_finite_amount():
    loss = probabilities.log_loss(np.array([[1.0, 0.0]]), np.array([1]))
    assert loss == pytest.approx([-np.log(1e-6)])


def test_seeds_are_measured_apart_and_rows_without_probabilities_left_out():
    person, truth, p = made(n=100)
    p[50:] = np.eye(3)[truth[50:]]
    seed = np.repeat([3, 7], 50)
    answers = fake_answers.choices(person, truth, p, seed=seed)
    answers.probabilities[:10] = np.nan
    measures = probabilities.probability_measures(answers, answers.probabilities, np.ones((1, 20)))
    expected = np.mean(probabilities.brier(p[10:50], truth[10:50]))
    assert measures["brier"][0] == pytest.approx([expected, 0.0])
    answers.probabilities[:50] = np.nan
    measures = probabilities.probability_measures(answers, answers.probabilities, np.ones((1, 20)))
    np.testing.assert_allclose(measures["ece"][0], [np.nan, 0.0], atol=1e-12)
    nothing = np.full_like(p, np.nan)
    assert probabilities.probability_measures(answers, nothing, np.ones((1, 20))) == {}


def test_matrix_follows_the_order_of_each_row():
    options = ["cane", "walker", "none"]
    rows = [["cane", "walker"], ["none", "cane", "walker"], ["cane"], []]
    shares = [[0.2, 0.8], [0.5, 0.3, 0.2], [np.nan], []]
    matrix = probability_matrix(rows, shares, options)
    assert matrix[:2].tolist() == [[0.2, 0.8, 0.0], [0.3, 0.2, 0.5]]
    assert np.isnan(matrix[2:]).all()
