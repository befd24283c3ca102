"""The fast bootstrap against a slow one that repeats rows, and what the intervals hold."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as sk

from biomechgpt.evaluation import agreement, intervals
from biomechgpt.evaluation.answer_arrays import resample
from biomechgpt.evaluation.scores import score
from tests.helpers import fake_answers

TRUE_ACCURACY, ICC = 0.75, 0.3


def rows(seed=0, n_participants=7, n_options=3):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n_participants), rng.integers(1, 6, n_participants))
    truth = rng.integers(0, n_options, len(person))
    answer = rng.integers(0, n_options + 1, len(person))
    return person, truth, answer


def repeated(person, weights):
    """The rows of one draw: every row as often as its participant was drawn."""
    return np.repeat(np.arange(len(person)), weights.astype(int)[person])


def with_ones(weights):
    return np.vstack([np.ones(weights.shape[1]), weights])


def test_weights_are_drawn_with_replacement_and_reproducible():
    weights = intervals.participant_weights(11, 50, seed=4)
    assert weights.shape == (50, 11)
    assert (weights.sum(axis=1) == 11).all()
    assert np.array_equal(weights, intervals.participant_weights(11, 50, seed=4))
    assert not np.array_equal(weights, intervals.participant_weights(11, 50, seed=5))


def test_the_order_of_rows_does_not_change_the_draws():
    answers = fake_answers.certain(*rows(), 3)
    people = answers.rows["participant_id"]
    first, again = (resample(p, 5, 0) for p in (people, people.sample(frac=1, random_state=1)))
    assert first.participants.equals(again.participants)
    assert np.array_equal(first.weights, again.weights)


def test_classification_draws_equal_scikit_learn_on_repeated_rows():
    person, truth, answer = rows()
    weights = intervals.participant_weights(7, 40, seed=1)
    scored = score(fake_answers.certain(person, truth, answer, 3), with_ones(weights), "answer")
    for draw, drawn in enumerate(weights):
        keep = repeated(person, drawn)
        drawn_rows = truth[keep], answer[keep]
        f1 = {"labels": np.unique(truth[keep]), "zero_division": 0}
        slow = {
            "weighted_f1": sk.f1_score(*drawn_rows, average="weighted", **f1),
            "macro_f1": sk.f1_score(*drawn_rows, average="macro", **f1),
            "balanced_accuracy": sk.recall_score(*drawn_rows, average="macro", **f1),
            "accuracy": sk.accuracy_score(*drawn_rows),
            "mcc": sk.matthews_corrcoef(*drawn_rows),
        }
        for name, value in slow.items():
            assert scored.draws[name][draw] == pytest.approx(value, abs=1e-12), (name, draw)


def test_regression_draws_equal_repeating_the_rows():
    person, _, _ = rows(n_participants=9)
    rng = np.random.default_rng(2)
    truth = 100 + rng.normal(0, 10, len(person))
    number = np.where(rng.random(len(person)) < 0.1, np.nan, truth + rng.normal(5, 8, len(person)))
    weights = intervals.participant_weights(9, 40, seed=1)
    scored = score(fake_answers.numbers(person, truth, number), with_ones(weights), "answer")
    errors = agreement.absolute_errors(truth, number)
    for draw, drawn in enumerate(weights):
        keep = repeated(person, drawn)
        # A participant who is drawn twice is two participants.
        copy = np.concatenate([np.arange(int(drawn[p])) for p in person])
        people = np.unique(person[keep] * 100 + copy, return_inverse=True)[1]
        slow = agreement.regression_metrics(truth[keep], number[keep], people)
        # The penalty of an unreadable number belongs to the whole test set, not to the draw.
        slow |= {"mae": errors[keep].mean(), "rmse": np.sqrt(np.mean(errors[keep] ** 2))}
        for name in agreement.REGRESSION:
            assert scored.draws[name][draw] == pytest.approx(slow[name], rel=1e-9), (name, draw)


def test_constant_numbers_far_from_zero_have_r_zero_in_every_draw():
    person, _, _ = rows()
    truth = 1000.0 + np.arange(len(person))
    answers = fake_answers.numbers(person, truth, np.full(len(person), 1003.3))
    draws = score(answers, with_ones(intervals.participant_weights(7, 200, 0)), "answer").draws["r"]
    assert (draws[np.isfinite(draws)] == 0).all()
    assert np.isfinite(draws).mean() > 0.9


def test_draws_without_the_participants_of_the_task_are_left_out():
    weights = np.array([[1.0, 1.0], [0.0, 2.0], [1.0, 1.0]])
    answers = fake_answers.certain(
        np.array([0]), np.array([0]), np.array([0]), 2, participants=["P000", "P001"]
    )
    accuracy = score(answers, weights, "answer").draws["accuracy"]
    assert np.isnan(accuracy[0])
    assert accuracy[1] == 1


def test_interval_is_the_middle_of_the_draws():
    low, high = intervals.interval(np.arange(1001.0), 5)
    assert (low, high) == pytest.approx((25, 975))


@pytest.mark.parametrize(
    ("draws", "n"),
    [
        (np.arange(100.0), 4),
        (np.full(100, np.nan), 9),
        (np.where(np.arange(100) < 49, 1.0 * np.arange(100), np.nan), 9),
        (np.full(100, 0.8), 9),
    ],
    ids=["four participants", "nothing defined", "mostly undefined", "no spread"],
)
def test_no_interval_where_it_would_be_a_fiction(draws, n):
    assert np.isnan(intervals.interval(draws, n)).all()


def test_t_interval_is_that_of_scipy_and_needs_five_that_differ():
    values = np.array([0.2, 0.9, 0.4, 0.7, 0.6, 0.1])
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert intervals.t_interval(values) == pytest.approx(tuple(reference))
    assert np.isnan(intervals.t_interval(values[:4])).all()
    assert np.isnan(intervals.t_interval(np.ones(8))).all()


@pytest.mark.parametrize(
    ("bounds", "word"),
    [
        ((0.1, 0.2), "above"),
        ((-0.2, -0.1), "below"),
        ((-0.1, 0.1), "not distinguishable"),
        ((0.0, 0.1), "not distinguishable"),
        ((np.nan, np.nan), "not estimable"),
    ],
)
def test_verdict(bounds, word):
    assert intervals.verdict(bounds) == word


def clustered(rng, n_participants, n_trials):
    """Who, and whether right: accuracy .75, correlation .3 between the trials of a participant."""
    total = 1 / ICC - 1  # of the beta distribution whose intraclass correlation is ICC
    own = rng.beta(TRUE_ACCURACY * total, (1 - TRUE_ACCURACY) * total, n_participants)
    person = np.repeat(np.arange(n_participants), n_trials)
    return person, (rng.random(len(person)) < own[person]).astype(int)


def coverage(n_participants, n_trials, repeats, bounds):
    rng = np.random.default_rng(1)
    held = 0
    for repeat in range(repeats):
        low, high = bounds(*clustered(rng, n_participants, n_trials), repeat)
        held += low <= TRUE_ACCURACY <= high
    return held / repeats


def by_participant(person, right, seed):
    answers = fake_answers.certain(person, np.ones(len(person), int), right, 2)
    weights = intervals.participant_weights(person.max() + 1, 400, seed)
    return intervals.interval(score(answers, with_ones(weights), "answer").draws["accuracy"], 20)


def by_trial(person, right, seed):
    weights = intervals.participant_weights(len(person), 400, seed)
    return intervals.interval(weights @ right / len(right), 20)


def by_t(person, right, seed):
    return intervals.t_interval(np.bincount(person, right) / np.bincount(person))


def test_intervals_hold_the_truth_as_often_as_they_say_and_those_over_trials_do_not():
    """20 participants with 10 trials each: 95 % of the intervals shall hold the true accuracy."""
    assert 0.90 <= coverage(20, 10, 400, by_participant) <= 0.98
    assert 0.60 <= coverage(20, 10, 400, by_trial) <= 0.78


def test_t_interval_covers_where_the_bootstrap_is_too_narrow():
    assert coverage(7, 10, 400, by_participant) < coverage(7, 10, 400, by_t)
    assert 0.89 <= coverage(7, 10, 400, by_t) <= 0.99
