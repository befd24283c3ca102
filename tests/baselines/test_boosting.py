import numpy as np
import pytest

from biomechgpt.baselines.boosting import SEARCH_SPACE, predict, search_parameters
from biomechgpt.baselines.task_examples import Examples
from biomechgpt.baselines.token_features import token_histograms
from biomechgpt.tokenizer.tokens import TokensMetadata, TokenTable


def table(n_trials=60, seed=0):
    """Trials of class a use low codes, of class b high ones; ten participants."""
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, 10, 50) + 10 * (i % 2) for i in range(n_trials)]
    people = [f"p{i % 10}" for i in range(n_trials)]
    ids = [f"t{i}" for i in range(n_trials)]
    return TokenTable(
        ids, people, [c.astype(np.uint16) for c in codes], TokensMetadata("", "", 30.0, 4, 1, 24)
    )


def rows(tokens, truth, kind="classification"):
    numeric = kind == "regression"
    return Examples(
        token_histograms(tokens).values,
        np.array(truth, float if numeric else str),
        np.array(tokens.participant_ids),
    )


def test_it_learns_classes_and_gives_every_option_a_probability():
    tokens = table()
    training = rows(tokens, ["ab"[i % 2] for i in range(60)])
    answers, probabilities = predict(training, training, ["b", "never seen", "a"], {}, 0)
    assert (answers == training.truth).mean() == 1.0
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(60))
    assert (probabilities[:, 1] == 0).all()


def test_one_class_only_is_answered_with_that_class():
    training = rows(table(), ["a"] * 60)
    answers, _ = predict(training, training, ["a", "b"], {}, 0)
    assert set(answers) == {"a"}


def test_it_learns_a_number():
    training = rows(table(), [1.0 + i % 2 for i in range(60)], "regression")
    answers, probabilities = predict(training, training, [], {}, 0)
    assert probabilities is None
    assert answers == pytest.approx(training.truth, abs=0.2)


def test_search_keeps_participants_together(monkeypatch):
    seen = []
    from biomechgpt.baselines import boosting

    class Spy(boosting.GroupKFold):
        def split(self, features, truth=None, groups=None):
            for train, test in super().split(features, truth, groups):
                seen.append(set(groups[train]) & set(groups[test]))
                yield train, test

    monkeypatch.setattr(boosting, "GroupKFold", Spy)
    parameters = search_parameters(rows(table(), ["ab"[i % 2] for i in range(60)]), 2, 3, 0)
    assert set(parameters) == set(SEARCH_SPACE)
    assert seen
    assert all(not shared for shared in seen)


def test_search_survives_a_class_that_one_participant_holds_alone():
    truth = np.array(["a"] * 60, dtype="U8")
    tokens = table()
    truth[[i for i in range(60) if i % 10 == 3]] = "rare"
    truth[1] = "b"
    assert search_parameters(rows(tokens, truth), 2, 3, 0)


def test_search_is_repeatable():
    training = rows(table(), ["ab"[i % 2] for i in range(60)])
    assert search_parameters(training, 2, 3, 0) == search_parameters(training, 2, 3, 0)


def test_too_few_people_to_search_keep_the_defaults():
    training = rows(table(), ["ab"[i % 2] for i in range(60)])
    alone = training._replace(participants=np.array(["p"] * 60))
    assert search_parameters(alone, 2, 3, 0) == {}
