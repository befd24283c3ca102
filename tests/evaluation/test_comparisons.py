"""Paired differences of models and phrasings."""

import numpy as np
import pytest
from scipy import stats

from biomechgpt.evaluation import comparisons
from biomechgpt.evaluation.scores import score
from tests.helpers import fake_answers


def weights(n_participants, n_draws=300):
    rng = np.random.default_rng(0)
    draws = rng.multinomial(n_participants, np.full(n_participants, 1 / n_participants), n_draws)
    return np.vstack([np.ones(n_participants), draws])


def made(name, right, person, **more):
    """A model whose answers are right where `right` is 1; the truth alternates."""
    truth = np.arange(len(person)) % 2
    answers = fake_answers.certain(person, truth, np.where(right, truth, 1 - truth), 2, **more)
    w = weights(len(np.unique(person)))
    return comparisons.model(name, answers, score(answers, w, "answer"))


@pytest.fixture
def person():
    return np.repeat(np.arange(8), 6)


def test_t_intervals_are_those_of_scipy_on_the_share_of_each_participant(person):
    rng = np.random.default_rng(0)
    rights = [rng.random(48) < p for p in (0.8, 0.5)]
    first, second = (made(n, r, person) for n, r in zip("ab", rights, strict=True))
    shares = [np.bincount(person, r) / 6 for r in rights]
    (level,), (difference,) = comparisons.t_rows(first, None), comparisons.t_rows(first, second)
    reference = stats.ttest_1samp(shares[0], 0)
    assert (level["low"], level["high"]) == pytest.approx(tuple(reference.confidence_interval()))
    reference = stats.ttest_rel(*shares)
    bounds = difference["low"], difference["high"]
    assert bounds == pytest.approx(tuple(reference.confidence_interval()))
    assert difference["value"] == pytest.approx(np.mean(shares[0] - shares[1]))
    assert (level["measure"], level["other"], level["n_participants"]) == ("accuracy", "", 8)


def test_smaller_errors_are_better(person):
    truth = np.arange(48.0)
    w = weights(8)
    near, far = (fake_answers.numbers(person, truth, truth + 1 + c * person) for c in (0.1, 0.5))
    first, second = (
        comparisons.model(n, a, score(a, w, "answer")) for n, a in (("n", near), ("f", far))
    )
    mae = comparisons.comparison_rows(first, second)[0]
    assert (mae["metric"], mae["verdict"]) == ("mae", "above")
    assert mae["difference"] == pytest.approx(0.4 * 3.5)
    assert comparisons.t_rows(first, second)[0]["value"] == pytest.approx(0.4 * 3.5)


def test_equal_models_are_not_told_apart_and_few_people_not_estimable(person):
    right = np.random.default_rng(1).random(48) < 0.7
    first, second = made("a", right, person), made("b", right, person)
    rows = comparisons.comparison_rows(first, second) + comparisons.t_rows(first, second)
    assert {row["verdict"] for row in rows} == {"not distinguishable"}
    few = np.repeat(np.arange(4), 6)
    first, second = made("a", right[:24], few), made("b", right[:24], few)
    rows = comparisons.comparison_rows(first, second) + comparisons.t_rows(first, second)
    assert {row["verdict"] for row in rows} == {"not estimable"}


def test_every_pair_once_on_the_trials_both_answered(person):
    right = np.random.default_rng(1).random(48) < 0.7
    models = [made(name, right, person) for name in "abc"]
    keep = models[2].answers.person < 6
    models[2] = comparisons.model("c", models[2].answers.only(keep), models[2].score)
    pairs = list(comparisons.pairs(models, weights(8)))
    assert [(a.name, b.name) for a, b in pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [a.answers.size["n_participants"] for a, b in pairs] == [8, 6, 6]
    assert [b.answers.size["n_trials"] for a, b in pairs] == [48, 36, 36]


def test_unequal_seeds_are_said(person):
    right = np.random.default_rng(1).random(48) < 0.7
    first = made("a", np.tile(right, 2), np.tile(person, 2), seed=np.repeat([0, 1], 48))
    row = comparisons.comparison_rows(first, made("b", right, person))[0]
    assert (row["n_seeds"], row["other_n_seeds"]) == (2, 1)


def test_phrasings_are_compared_on_trials_asked_in_both(person):
    truth = np.tile(np.arange(48) % 2, 2)
    right = np.concatenate([np.random.default_rng(0).random(48) < 0.6, np.ones(48, bool)])
    answers = fake_answers.certain(np.tile(person, 2), truth, np.where(right, truth, 1 - truth), 2)
    answers.rows["trial_id"] = np.tile(answers.rows["trial_id"].to_numpy()[:48], 2)
    answers.rows["phrasing_held_out"] = np.repeat([True, False], 48)
    rows = comparisons.phrasing_rows(answers, weights(8))
    assert [row["metric"] for row in rows] == ["macro_f1", "weighted_f1"]
    assert rows[0]["seen"] == 1.0
    assert rows[0]["difference"] == pytest.approx(rows[0]["held_out"] - 1)
    assert rows[0]["verdict"] == "below"
    assert rows[0]["n_trials"] == 48
