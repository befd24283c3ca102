"""Calibration uses validation participants of its own fold and seed, each for one purpose."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation import fitted_calibration
from biomechgpt.evaluation.probabilities import log_loss
from biomechgpt.questions.calibration import at_temperature, set_sizes
from tests.helpers import fake_answers


def boasting(n_participants=40, n_trials=10, heat=3.0, seed=0, fold="holdout", start=0):
    """Answers whose logits are `heat` times too large."""
    rng = np.random.default_rng(seed)
    person = start + np.repeat(np.arange(n_participants), n_trials)
    logits = rng.normal(0, 1.5, (len(person), 4))
    fair = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(4, p=row) for row in fair])
    overconfident = np.exp(heat * logits) / np.exp(heat * logits).sum(axis=1, keepdims=True)
    return fake_answers.choices(person, truth, overconfident, fold=fold)


def order_of(*answers):
    frame = pd.concat(
        [model_answers.rows[["fold", "participant_id"]] for model_answers in answers]
    ).drop_duplicates()
    return fitted_calibration.random_order(frame.assign(split="validation"), 0)


def test_temperature_finds_how_much_the_logits_are_too_large():
    assert fitted_calibration.fit_temperature(boasting(200, heat=3.0)) == pytest.approx(
        3.0, rel=0.15
    )
    assert fitted_calibration.fit_temperature(boasting(200, heat=0.5)) == pytest.approx(
        0.5, rel=0.15
    )


def test_temperature_keeps_the_order_and_sums_to_one():
    p = boasting().probabilities
    for temperature in (0.2, 1.0, 7.0):
        cooled = at_temperature(p, temperature)
        assert np.allclose(cooled.sum(axis=1), 1)
        assert (cooled.argmax(axis=1) == p.argmax(axis=1)).all()
    assert at_temperature(p, 1.0) is p


def test_calibrated_probabilities_of_other_people_are_better():
    validation, test = boasting(seed=1), boasting(seed=2, start=100)
    calibrated = fitted_calibration.calibrate(test, validation, order_of(validation))
    before = log_loss(test.probabilities, test.truth).mean()
    assert log_loss(calibrated.probabilities, test.truth).mean() < before - 0.1
    assert (calibrated.table["temperature"] > 1.5).all()


def test_the_table_says_which_probability_lets_an_option_in():
    validation, test = boasting(40, seed=1), boasting(10, seed=2, start=100)
    calibrated = fitted_calibration.calibrate(test, validation, order_of(validation))
    least = calibrated.table.set_index("level")["limit"]
    assert 0 < least[0.9] < least[0.8] < 1
    sizes = set_sizes(calibrated.probabilities, calibrated.limits[:, 0])
    members = np.maximum((calibrated.probabilities >= least[0.8] - 1e-9).sum(axis=1), 1)
    np.testing.assert_array_equal(sizes, members)


def test_everybody_is_behind_the_limit_at_a_temperature_that_others_gave():
    validation, order = boasting(21), order_of(boasting(21))
    temperature, n_people, scores = fitted_calibration._cross_fitted(validation, "holdout", order)
    assert n_people == 21
    assert temperature == fitted_calibration.fit_temperature(validation)
    assert len(np.unique(scores)) > 1
    ordered = sorted(order, key=order.get)
    people = validation.rows["participant_id"].to_numpy()
    first = np.isin(people, [person for _, person in ordered[::2]])
    assert np.isin(people, [person for _, person in ordered[1::2]]).sum() == (~first).sum()
    for own, others in ((first, ~first), (~first, first)):
        theirs = fitted_calibration.fit_temperature(validation.only(others))
        p = at_temperature(validation.probabilities[own], theirs)
        expected = 1 - p[np.arange(len(p)), validation.truth[own]]
        np.testing.assert_allclose(scores[own], expected)
    calibrated = fitted_calibration.calibrate(boasting(12, start=50), validation, order)
    assert set(calibrated.table["n_conformal"]) == set(calibrated.table["n_temperature"]) == {21}


def test_nobodys_own_answer_is_behind_their_own_pooled_limit():
    validation, test = boasting(12), boasting(10, seed=3, start=50)
    order = order_of(validation)
    calibrated = fitted_calibration.calibrate(test, validation, order)
    assert set(calibrated.table["n_published"]) == {22}
    own = test.person == test.person[0]
    changed = test.truth.copy()
    changed[own] = (changed[own] + 1) % 4
    again = fitted_calibration.calibrate(test._replace(truth=changed), validation, order)
    np.testing.assert_array_equal(again.pooled[own], calibrated.pooled[own])
    assert not np.array_equal(again.pooled[~own], calibrated.pooled[~own])
    assert np.isfinite(calibrated.pooled).all()


def test_with_few_participants_the_temperature_stays_and_all_stand_behind_the_limit():
    validation, test = boasting(9), boasting(12, start=50)
    calibrated = fitted_calibration.calibrate(test, validation, order_of(validation))
    assert set(calibrated.table["temperature"]) == {1.0}
    assert set(calibrated.table["n_temperature"]) == {0}
    assert set(calibrated.table["n_conformal"]) == {9}
    assert np.isfinite(calibrated.limits).all()
    np.testing.assert_array_equal(calibrated.probabilities, test.probabilities)


@pytest.mark.parametrize("n_validation", [0, 3, 6])
def test_what_cannot_be_estimated_says_so(n_validation):
    validation = boasting(10)
    nobody = validation.only(validation.person < n_validation)
    calibrated = fitted_calibration.calibrate(boasting(12, start=50), nobody, order_of(validation))
    table = calibrated.table.set_index("level")
    assert np.isnan(table.loc[0.9, "limit"])
    needed = f"not estimable: needs 9 validation participants, has {n_validation}"
    assert table.loc[0.9, "status"] == needed
    assert np.isnan(table.loc[0.8, "limit"]) == (n_validation < 5)


def test_folds_are_calibrated_apart():
    hot = boasting(30, heat=4.0, fold="fold-0", seed=1)
    cold = boasting(30, heat=0.5, fold="fold-1", seed=2)
    both = pd.concat([hot.rows, cold.rows])
    validation = fake_answers.read_answers(
        both, hot.options, pd.Index(both["participant_id"].unique())
    )
    test = boasting(10, fold="fold-0", start=60)
    order = order_of(hot, cold)
    calibrated = fitted_calibration.calibrate(test, validation, order)
    alone = fitted_calibration.calibrate(test, hot, order)
    assert set(calibrated.table["fold"]) == {"fold-0"}
    np.testing.assert_allclose(calibrated.probabilities, alone.probabilities)
    np.testing.assert_allclose(calibrated.limits, alone.limits)


def test_test_answers_change_nothing_in_the_calibration():
    validation, order = boasting(30), order_of(boasting(30))
    tables = [
        fitted_calibration.calibrate(boasting(10, seed=s, start=50), validation, order).table
        for s in (3, 4)
    ]
    tables = [table.drop(columns="published_limit") for table in tables]
    pd.testing.assert_frame_equal(*tables)


def test_uniform_answers_keep_their_temperature():
    person = np.repeat(np.arange(20), 3)
    flat = fake_answers.choices(person, person % 4, np.full((60, 4), 0.25))
    assert fitted_calibration.fit_temperature(flat) == 1.0


def test_numbers_are_corrected_by_all_validation_participants():
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(30), 4)
    truth = rng.normal(10, 2, 120)
    number = truth + rng.normal(0, 1, 120)
    narrow = fake_answers.numbers(person, truth, number, number - 0.1, number + 0.1)
    calibrated = fitted_calibration.calibrate(narrow, narrow, order_of(narrow))
    assert set(calibrated.table["n_conformal"]) == {30}
    assert set(calibrated.table["temperature"]) == {1.0}
    assert (np.diff(calibrated.table["limit"]) > 0).all()
    assert calibrated.table["limit"].iloc[1] == pytest.approx(1.645 - 0.1, abs=0.35)


def test_a_number_without_interval_gets_one_around_itself():
    bare = fake_answers.numbers(np.arange(12), np.arange(12.0), np.arange(12.0) + 1)
    calibrated = fitted_calibration.calibrate(bare, bare, order_of(bare))
    assert calibrated.table["limit"].tolist() == pytest.approx([1.0, 1.0])
