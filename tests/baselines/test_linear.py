import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import Ridge

from biomechgpt.baselines import linear
from biomechgpt.baselines.task_examples import Examples


def problem(n_rows=80, n_people=20, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n_rows, 6)).astype(np.float32) + 3.0
    people = np.array([f"p{i % n_people}" for i in range(n_rows)])
    return features, people


def test_it_is_ridge_regression(monkeypatch):
    """The same numbers as scikit-learn, whose penalty is in units of the features."""
    features, people = problem()
    truth = features @ np.arange(6.0) + 1.0
    monkeypatch.setattr(linear, "_search", lambda *_: (0.5, 1.0))
    training = Examples(features[:60], truth[:60], people[:60])
    held_out = Examples(features[60:], truth[60:], people[60:])
    answers, shares = linear.predict(training, held_out, [])
    centred = features[:60] - features[:60].mean(axis=0)
    penalty = 0.5 * (centred**2).sum() / 60
    expected = Ridge(penalty).fit(features[:60], truth[:60]).predict(features[60:])
    assert shares is None
    inside = (expected > truth[:60].min()) & (expected < truth[:60].max())
    assert inside.sum() > 15
    assert answers[inside] == pytest.approx(expected[inside], abs=1e-3)


def test_sparse_features_give_the_same():
    features, people = problem()
    labels = np.where(features[:, 0] > 3.0, "high", "low")
    dense = Examples(features, labels, people)
    answers = linear.predict(dense, dense, ["low", "high"])
    rows = dense._replace(features=sparse.csr_matrix(features))
    same = linear.predict(rows, rows, ["low", "high"])
    assert np.array_equal(answers[0], same[0])
    assert answers[1] == pytest.approx(same[1], abs=0.01)


def test_it_learns_classes_and_an_option_never_seen_is_unlikely():
    features, people = problem()
    labels = np.where(features[:, 0] > 3.0, "high", "low")
    training = Examples(features, labels, people)
    answers, shares = linear.predict(training, training, ["low", "never seen", "high"])
    assert (answers == labels).mean() > 0.9
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(shares)))
    assert (shares.argmax(axis=1) != 1).all()


def test_probabilities_are_cautious_where_nothing_can_be_learnt():
    features, people = problem(400, 100)
    labels = np.random.default_rng(1).choice(["a", "b"], 400, p=[0.7, 0.3])
    training = Examples(features[:200], labels[:200], people[:200])
    held_out = Examples(features[200:], labels[200:], people[200:])
    _, shares = linear.predict(training, held_out, ["a", "b"])
    assert shares[:, 0].mean() == pytest.approx(0.7, abs=0.1)


def test_numbers_stay_within_those_of_training():
    features, people = problem()
    truth = features[:, 0].astype(float)
    training = Examples(features, truth, people)
    held_out = training._replace(features=features * 100)
    answers, _ = linear.predict(training, held_out, [])
    assert answers.min() >= truth.min()
    assert answers.max() <= truth.max()


def test_penalty_is_searched_with_participants_kept_together(monkeypatch):
    """A feature that names the person helps within a person only, so it must not be trusted."""
    seen = []

    class Spy(linear.GroupKFold):
        def split(self, rows, truth=None, groups=None):
            for train, test in super().split(rows, truth, groups):
                seen.append(set(groups[train]) & set(groups[test]))
                yield train, test

    monkeypatch.setattr(linear, "GroupKFold", Spy)
    features, people = problem()
    training = Examples(features, features[:, 0].astype(float), people)
    linear.predict(training, training, [])
    assert len(seen) == linear.N_FOLDS
    assert not any(seen)


@pytest.mark.parametrize("people", [["p"] * 80, [f"p{i % 2}" for i in range(80)]])
def test_one_class_few_people_and_constant_features(people):
    features = np.ones((80, 3), np.float32)
    training = Examples(features, np.array(["a"] * 80), np.array(people))
    answers, shares = linear.predict(training, training, ["a", "b"])
    assert (answers == "a").all()
    assert np.isfinite(shares).all()
