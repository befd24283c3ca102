"""Many comparisons: Holm's adjustment in each family, p of bootstrap and t-test."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from biomechgpt.evaluation import comparisons, intervals
from biomechgpt.evaluation.multiplicity import draws_needed, holm, with_adjusted_verdicts
from biomechgpt.evaluation.scores import score
from tests.helpers import fake_answers


def rows(p, metric="macro_f1", other="chance", verdict="above"):
    table = pd.DataFrame({"split": "test", "variant": "model", "other": other, "p": p})
    return table.assign(metric=metric, verdict=verdict)


def adjusted(*tables):
    together = pd.concat(tables, ignore_index=True)
    return with_adjusted_verdicts(together, ("split", "variant", "other"))


def test_holm_by_hand():
    adjusted_p = holm(pd.Series([0.01, 0.04, 0.03, 0.005, np.nan]))
    assert adjusted_p[:4].tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert np.isnan(adjusted_p[4])
    assert holm(pd.Series([0.6, 0.7])).tolist() == [1.0, 1.0]


def test_a_verdict_falls_when_its_family_is_large():
    alone, of_nine = adjusted(rows([0.02])), adjusted(rows([0.02] + [0.5] * 8))
    assert alone["adjusted_verdict"].tolist() == ["above"]
    assert of_nine["adjusted_verdict"][0] == "not distinguishable"
    assert of_nine["adjusted_p"][0] == pytest.approx(0.18)
    assert of_nine["verdict"][0] == "above"


def test_families_are_a_pair_of_models_and_a_rank_of_measure():
    compared = adjusted(
        rows([0.02, 0.02]), rows([0.02], "mae"), rows([0.02] * 4, "weighted_f1"),
        rows([0.02], other="majority"),
    )  # fmt: skip
    assert compared["n_comparisons"].tolist() == [3, 3, 3, 4, 4, 4, 4, 1]


def test_what_is_not_estimable_counts_for_nothing():
    compared = adjusted(rows([0.03]), rows([np.nan], verdict="not estimable"))
    assert compared["n_comparisons"].tolist() == [1, 1]
    assert compared["adjusted_verdict"].tolist() == ["above", "not estimable"]


def test_the_p_of_a_bootstrap_counts_the_rarer_side_and_has_a_floor():
    assert intervals.bootstrap_p(np.arange(1, 200.0)) == pytest.approx(2 / 200)
    draws = np.concatenate([np.full(9, -1.0), np.full(190, 1.0), [np.nan]])
    assert intervals.bootstrap_p(draws) == pytest.approx(2 * 10 / 200)
    assert intervals.bootstrap_p(np.zeros(99)) == 1.0


def test_the_p_of_the_t_test_is_that_of_scipy_on_the_side_of_the_difference():
    values = np.random.default_rng(0).normal(0.3, 1, 12)
    reference = stats.ttest_1samp(values, 0).pvalue
    assert intervals.t_test_p(values, 1) == pytest.approx(reference)
    assert intervals.t_test_p(values, -1) == 1.0
    assert intervals.t_test_p(np.full(6, 0.2), 1) == 1.0


def _pair(n_people):
    """Two models whose macro F1 differs in every draw while the accuracy of most people agrees."""
    person = np.repeat(np.arange(n_people), 4)
    truth = np.tile([0, 1, 1, 1], n_people)
    better = np.where(person < n_people / 3, truth, 1)
    weights = np.vstack([np.ones(n_people), intervals.participant_weights(n_people, 999, 0)])
    models = []
    for name, answered in (("a", better), ("b", np.ones(len(person), dtype=int))):
        answers = fake_answers.certain(person, truth, answered, 2)
        models.append(comparisons.model(name, answers, score(answers, weights, "answer")))
    return models


def test_under_20_participants_the_larger_p_of_bootstrap_and_t_test_counts():
    few = comparisons.comparison_rows(*_pair(12))[0]
    own = np.repeat([0.25, 0.0], [4, 8])
    assert few["verdict"] == "above"
    assert few["p"] == pytest.approx(stats.ttest_1samp(own, 0).pvalue)
    many = comparisons.comparison_rows(*_pair(24))[0]
    assert many["p"] == pytest.approx(2 / 1000)


def test_as_many_draws_are_needed_as_leave_the_least_p_a_verdict():
    for n in (1, 3, 9, 40):
        draws = np.ones(draws_needed(n))
        assert holm(pd.Series([intervals.bootstrap_p(draws)] + [1.0] * (n - 1)))[0] <= 0.05 + 1e-9
        fewer = intervals.bootstrap_p(draws[1:])
        assert holm(pd.Series([fewer] + [1.0] * (n - 1)))[0] > 0.05
    assert draws_needed(9) == 359
