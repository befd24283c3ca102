"""Agreement of numbers: SciPy, hand-computed values, and limits with repeated trials."""

import numpy as np
import pytest
from scipy import stats

from biomechgpt.evaluation import agreement
from biomechgpt.evaluation.scores import score
from tests.helpers import fake_answers


def within(truth, number, detectable):
    answers = fake_answers.numbers(np.arange(len(truth)), truth, number)
    return score(answers, np.ones((2, len(truth))), "answer", detectable).values


def test_agrees_with_scipy_and_by_hand():
    truth, number = np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.5, 1.5, 3.5, 4.0])
    measures = agreement.regression_metrics(truth, number)
    fit = stats.linregress(truth, number)
    line = (measures["r"], measures["slope"], measures["intercept"], measures["p"])
    assert line == pytest.approx((fit.rvalue, fit.slope, fit.intercept, fit.pvalue))
    assert measures["mae"] == pytest.approx(2.5 / 4)
    assert measures["rmse"] == pytest.approx(np.sqrt(1.75 / 4))
    assert measures["bias"] == pytest.approx(-0.5 / 4)
    covariance = np.cov(truth, number, bias=True)[0, 1]
    spread = truth.var() + number.var() + (truth.mean() - number.mean()) ** 2
    assert measures["ccc"] == pytest.approx(2 * covariance / spread)


def test_far_from_zero_no_digits_are_lost():
    truth, number = np.array([1.0, 2.0, 3.0, 5.0]), np.array([1.5, 1.5, 3.5, 4.0])
    near, far = (agreement.regression_metrics(truth + c, number + c) for c in (0, 1e7))
    for name in ("r", "slope", "mae", "rmse", "bias", "ccc", "loa_low", "loa_high", "p"):
        assert far[name] == pytest.approx(near[name], rel=1e-6), name


def test_an_unreadable_number_costs_the_farther_end_of_the_range():
    truth, number = np.array([1.0, 2.0, 6.0]), np.array([1.0, np.nan, 6.0])
    measures = agreement.regression_metrics(truth, number)
    assert measures["mae"] == pytest.approx(4 / 3)
    assert measures["bias"] == 0
    assert measures["unreadable_share"] == pytest.approx(1 / 3)
    infinite = agreement.regression_metrics(truth, np.array([1.0, np.inf, 6.0]))
    assert infinite["mae"] == measures["mae"]


def test_constant_answers_have_no_correlation_and_constant_truth_none_defined():
    measures = agreement.regression_metrics(np.array([1.0, 2.0, 3.0]), np.full(3, 2.0))
    assert (measures["r"], measures["slope"], measures["p"], measures["ccc"]) == (0, 0, 1, 0)
    assert np.isnan(agreement.regression_metrics(np.ones(4), np.arange(4.0))["r"])
    assert np.isnan(agreement.regression_metrics(np.arange(2.0), np.arange(2.0))["r"])


def test_all_numbers_unreadable_or_no_rows():
    lost = agreement.regression_metrics(np.array([1.0, 2.0, 3.0]), np.full(3, np.nan))
    assert lost["unreadable_share"] == 1
    assert np.isnan(lost["r"])
    assert np.isnan(lost["bias"])
    assert lost["mae"] == pytest.approx((2 + 1 + 2) / 3)
    assert np.isnan(agreement.regression_metrics(np.array([]), np.array([]))["mae"])


def test_limits_of_one_trial_a_person_are_bias_and_1_96_sd():
    rng = np.random.default_rng(0)
    truth = rng.normal(10, 2, 30)
    number = truth + rng.normal(1, 0.5, 30)
    measures = agreement.regression_metrics(truth, number)
    sd = (number - truth).std(ddof=1)
    assert measures["loa_high"] == pytest.approx(measures["bias"] + 1.96 * sd)
    assert measures["loa_low"] == pytest.approx(measures["bias"] - 1.96 * sd)


def test_limits_of_repeated_trials_by_hand():
    # Differences 0, 2 | 4, 6 | 8: means 1, 5, 8, within sum of squares 4 on 2 degrees of freedom.
    person, difference = np.array([0, 0, 1, 1, 2]), np.array([0.0, 2.0, 4.0, 6.0, 8.0])
    measures = agreement.regression_metrics(np.zeros(5), difference, person)
    within = 4 / 2
    between = (2 * (1 - 4) ** 2 + 2 * (5 - 4) ** 2 + (8 - 4) ** 2) / 2
    repeats = (25 - 9) / (2 * 5)
    sd = np.sqrt(within + (between - within) / repeats)
    assert measures["loa_high"] == pytest.approx(4 + 1.96 * sd)


def test_limits_find_both_parts_of_the_variance():
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(4000), rng.integers(1, 6, 4000))
    number = rng.normal(0, 2, 4000)[person] + rng.normal(0, 1, len(person))
    measures = agreement.regression_metrics(np.zeros(len(person)), number, person)
    assert measures["loa_high"] - measures["bias"] == pytest.approx(1.96 * np.sqrt(5), rel=0.03)


def test_share_within_the_detectable_change_counts_the_unreadable_as_outside():
    truth, number = np.array([1.2, 1.0, 1.0, 1.0]), np.array([1.3, 1.11, 0.95, np.nan])
    assert within(truth, number, 0.1)["within_mdc"] == pytest.approx(2 / 4)
    assert "within_mdc" not in within(truth, number, None)


def test_silence_where_one_truth_occurs_costs_what_nobody_knows():
    silent = agreement.regression_metrics(np.full(4, 1.2), np.full(4, np.nan))
    assert np.isnan([silent["mae"], silent["rmse"]]).all()
    assert silent["unreadable_share"] == 1
    partly = agreement.regression_metrics(np.full(4, 1.2), np.array([1.0, 1.4, np.nan, 1.2]))
    assert np.isnan(partly["mae"])
    assert agreement.regression_metrics(np.full(2, 1.2), np.array([1.0, 1.4]))[
        "mae"
    ] == pytest.approx(0.2)


def test_concordance_is_missing_wherever_correlation_is():
    for truth, number in (([1.0], [1.3]), ([1.0, 2.0], [1.3, 2.1]), ([1.0] * 4, [1, 2, 3, 4])):
        measures = agreement.regression_metrics(np.array(truth), np.array(number, dtype=float))
        assert np.isnan([measures["r"], measures["slope"], measures["ccc"]]).all()
