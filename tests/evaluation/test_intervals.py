"""The fast bootstrap against a slow one that repeats rows, and its coverage."""

import numpy as np
import pytest

from biomechgpt.evaluation import intervals, metrics


def rows(seed=0, n_participants=7, n_options=3):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n_participants), rng.integers(1, 6, n_participants))
    truth = rng.integers(0, n_options, len(person))
    answer = rng.integers(0, n_options + 1, len(person))
    return person, truth, answer


def repeated(person, weights):
    """The rows of one draw: every row as often as its participant was drawn."""
    return np.repeat(np.arange(len(person)), weights.astype(int)[person])


def test_weights_are_drawn_with_replacement_and_reproducible():
    weights = intervals.participant_weights(11, 50, seed=4)
    assert weights.shape == (50, 11)
    assert (weights.sum(axis=1) == 11).all()
    assert np.array_equal(weights, intervals.participant_weights(11, 50, seed=4))
    assert not np.array_equal(weights, intervals.participant_weights(11, 50, seed=5))


def test_classification_draws_equal_repeating_the_rows():
    person, truth, answer = rows()
    weights = intervals.participant_weights(7, 40, seed=1)
    sums = intervals.classification_sums(truth, answer, person, (7, 3))
    fast = intervals.classification_draws(sums, weights)
    for draw, drawn in enumerate(weights):
        keep = repeated(person, drawn)
        slow = metrics.classification_metrics(truth[keep], answer[keep], 3)
        for name in metrics.CLASSIFICATION:
            assert fast[name][draw] == pytest.approx(slow[name], abs=1e-12), (name, draw)


def test_regression_draws_equal_repeating_the_rows():
    person, _, _ = rows(n_participants=9)
    rng = np.random.default_rng(2)
    truth = 100 + rng.normal(0, 10, len(person))
    number = np.where(rng.random(len(person)) < 0.1, np.nan, truth + rng.normal(5, 8, len(person)))
    weights = intervals.participant_weights(9, 40, seed=1)
    sums = intervals.regression_sums(truth, number, person, 9)
    fast = intervals.regression_draws(sums, weights)
    errors = metrics.absolute_errors(truth, number)
    for draw, drawn in enumerate(weights):
        keep = repeated(person, drawn)
        slow = metrics.regression_metrics(truth[keep], number[keep])
        # The penalty of an unreadable number belongs to the whole test set, not to the draw.
        slow |= {"mae": errors[keep].mean(), "rmse": np.sqrt(np.mean(errors[keep] ** 2))}
        for name in metrics.REGRESSION:
            assert fast[name][draw] == pytest.approx(slow[name], rel=1e-9), (name, draw)


def test_constant_numbers_far_from_zero_have_r_zero_in_every_draw():
    person, _, _ = rows()
    truth = 1000.0 + np.arange(len(person))
    sums = intervals.regression_sums(truth, np.full(len(person), 1003.3), person, 7)
    draws = intervals.regression_draws(sums, intervals.participant_weights(7, 200, 0))["r"]
    assert (draws[np.isfinite(draws)] == 0).all()
    assert np.isfinite(draws).mean() > 0.9


def test_draws_without_the_participants_of_the_task_are_left_out():
    weights = np.array([[0.0, 2.0], [1.0, 1.0]])
    sums = intervals.classification_sums(np.array([0]), np.array([0]), np.array([0]), (2, 2))
    draws = intervals.classification_draws(sums, weights)
    assert np.isnan(draws["macro_f1"][0])
    assert draws["macro_f1"][1] == 1
    assert intervals.interval(draws["macro_f1"], 6) == (1, 1)


def test_no_interval_under_five_participants():
    draws = np.linspace(0, 1, 101)
    assert np.isnan(intervals.interval(draws, 4)).all()
    assert intervals.interval(draws, 5) == pytest.approx((0.025, 0.975))


@pytest.mark.parametrize(
    ("bounds", "word"),
    [
        ((0.01, 0.2), "above"),
        ((-0.1, 0.2), "not distinguishable"),
        ((0.0, 0.2), "not distinguishable"),
        ((-0.2, -0.01), "below"),
        ((np.nan, np.nan), "not estimable"),
    ],
)
def test_verdicts(bounds, word):
    assert intervals.verdict(bounds) == word


def test_coverage_of_accuracy_with_trials_that_hang_together():
    """30 participants, 8 trials each, ICC about .3: resampled trials would cover some 70 %."""
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(30), 8)
    hits = 0
    for repeat in range(150):
        chance = rng.beta(1.75, 0.58, 30)[person]  # mean .75
        answer = np.where(rng.random(len(person)) < chance, 0, 1)
        sums = intervals.classification_sums(np.zeros(len(person), int), answer, person, (30, 2))
        weights = intervals.participant_weights(30, 300, seed=repeat)
        accuracy = intervals.classification_draws(sums, weights)["accuracy"]
        low, high = intervals.interval(accuracy, 30)
        hits += low <= 1.75 / 2.33 <= high
    assert 0.87 <= hits / 150 <= 0.99
