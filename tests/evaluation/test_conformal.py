"""Conformal limits by hand, and the coverage they promise when trials hang together."""

import numpy as np
import pytest

from biomechgpt.evaluation import conformal
from biomechgpt.questions.calibration import LEVELS, set_sizes


def test_limit_by_hand():
    # 9 participants of one trial: each weighs 1/10, so 90 % is reached with the last.
    scores = np.arange(9) / 10
    assert conformal.limit(scores, np.arange(9), 0.9) == pytest.approx(0.8)
    assert conformal.limit(scores, np.arange(9), 0.8) == pytest.approx(0.7)


def test_a_participant_with_many_trials_weighs_no_more_than_one_with_few():
    scores = np.concatenate([np.full(100, 0.9), np.arange(9) / 100])
    person = np.concatenate([np.zeros(100, int), np.arange(1, 10)])
    assert conformal.limit(scores, person, 0.8) == pytest.approx(0.08)
    assert conformal.limit(np.sort(scores), np.zeros(109, int), 0.8) != pytest.approx(0.08)


@pytest.mark.parametrize(("level", "needed"), [(0.8, 5), (0.9, 9)])
def test_with_too_few_participants_there_is_no_limit(level, needed):
    assert conformal.participants_needed(level) == needed
    for n in (0, 1, needed - 1):
        assert np.isnan(conformal.limit(np.arange(float(n)), np.arange(n), level))
    assert np.isfinite(conformal.limit(np.arange(float(needed)), np.arange(needed), level))


def test_missing_answers_can_make_a_limit_impossible():
    scores = np.where(np.arange(10) < 4, np.inf, 0.1)
    assert np.isnan(conformal.limit(scores, np.arange(10), 0.8))
    assert conformal.limit(scores, np.arange(10), 0.5) == pytest.approx(0.1)


def test_set_holds_the_most_probable_and_all_above_the_limit():
    p = np.array([[0.6, 0.3, 0.1], [0.34, 0.33, 0.33], [np.nan] * 3, [0.6, 0.3, 0.1]])
    sizes = set_sizes(p, np.array([0.7, 0.2, 0.7, np.nan]))
    np.testing.assert_array_equal(sizes, [2, 1, np.nan, np.nan])


def test_equal_probabilities_enter_together():
    sizes = set_sizes(np.full((1, 4), 0.25), np.array([0.75]))
    assert sizes.tolist() == [4]


def test_interval_score_is_the_distance_outside():
    low, high, truth = (
        np.array([1.0, 1.0, np.nan]),
        np.array([3.0, 3.0, 3.0]),
        np.array([2.5, 5, 2]),
    )
    assert conformal.interval_scores(low, high, truth).tolist() == [-0.5, 2, np.inf]


def people(rng, n_participants, n_trials):
    """Scores of trials of which two thirds of the variance lie between participants."""
    person = np.repeat(np.arange(n_participants), n_trials(rng, n_participants))
    return person, rng.normal(0, np.sqrt(2), n_participants)[person] + rng.normal(0, 1, len(person))


def as_trials(scores, level):
    """The limit that takes trials for exchangeable."""
    return np.sort(scores)[min(int(np.ceil(level * (len(scores) + 1))), len(scores)) - 1]


def uneven(rng, n):
    return rng.choice([2, 30], n)


@pytest.mark.parametrize("level", LEVELS)
def test_coverage_for_a_new_participant_is_at_least_what_was_asked(level):
    rng = np.random.default_rng(0)
    ours, naive = [], []
    for _ in range(1500):
        person, scores = people(rng, 10, uneven)
        _, new = people(rng, 1, lambda rng, n: [50])
        ours.append(np.mean(new <= conformal.limit(scores, person, level)))
        naive.append(np.mean(new <= as_trials(scores, level)))
    assert level - 0.02 <= np.mean(ours) <= level + 2 / 11 + 0.02
    assert np.mean(naive) < np.mean(ours) - 0.02


@pytest.mark.parametrize("level", LEVELS)
def test_the_limit_of_others_is_the_limit_without_the_own_trials(level):
    person, scores = people(np.random.default_rng(0), 14, uneven)
    scores[:2] = np.inf
    limits = conformal.limits_of_others(scores, person, level)
    for number in range(14):
        others = person != number
        limit = conformal.limit(scores[others], person[others], level)
        np.testing.assert_array_equal(limits[~others], np.full((~others).sum(), limit))
    few = person < conformal.participants_needed(level)
    assert np.isnan(conformal.limits_of_others(scores[few], person[few], level)).all()
