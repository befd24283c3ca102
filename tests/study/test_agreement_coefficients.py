"""Coefficients of agreement against the tables that they were published with."""

import numpy as np
import pytest

from biomechgpt.study.agreement_coefficients import (
    category_counts,
    fleiss_kappa,
    gwet_ac,
    intraclass_correlation,
    krippendorff_alpha,
    quadratic_weights,
)

NO = np.nan
# Six subjects by four judges: Shrout and Fleiss 1979, Psychological Bulletin 86:420-428, table 2.
SIX_BY_FOUR = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
# Thirty patients, six psychiatrists, five diagnoses: Fleiss 1971, Psychological Bulletin 76:378-382.
DIAGNOSES = np.array(
    [
        [int(count) for count in row]
        for row in (
            *(
                "00060",
                "03003",
                "01401",
                "00006",
                "03030",
                "20400",
                "00402",
                "20310",
                "20040",
                "00006",
            ),
            *(
                "10050",
                "11040",
                "03300",
                "10050",
                "02031",
                "00501",
                "30012",
                "51000",
                "02040",
                "10203",
            ),
            *(
                "00006",
                "01050",
                "02013",
                "20040",
                "10041",
                "05010",
                "40002",
                "02040",
                "10500",
                "00006",
            ),
        )
    ],
    float,
)
# Four observers, twelve units, five categories: Krippendorff 2011, Computing Krippendorff's
# alpha-reliability, example C; the same ratings are `cac.raw4raters` of Gwet's package irrCAC.
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
).T
TWO_OBSERVERS = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], float).T


def every_unit_once(counts):
    return np.ones((1, len(counts)))


def of_four_observers(function, *more):
    counts = category_counts(FOUR_OBSERVERS - 1, 5)
    return function(counts, every_unit_once(counts), *more)[0]


def test_intraclass_correlations_of_shrout_and_fleiss():
    icc = intraclass_correlation(SIX_BY_FOUR)
    assert icc.single == pytest.approx(0.29, abs=0.005)
    assert icc.mean == pytest.approx(0.62, abs=0.005)
    # Intervals as R's package psych prints them of this table.
    assert icc.single_interval == pytest.approx((0.019, 0.761), abs=0.001)
    assert icc.mean_interval == pytest.approx((0.071, 0.927), abs=0.001)


def test_kappa_of_the_thirty_diagnoses_of_fleiss():
    assert DIAGNOSES.sum(axis=0).tolist() == [26, 26, 30, 55, 43]
    kappa = fleiss_kappa(DIAGNOSES, every_unit_once(DIAGNOSES))[0]
    assert kappa == pytest.approx(0.430, abs=0.0005)


@pytest.mark.parametrize(("ordinal", "published"), [(False, 0.743), (True, 0.815)])
def test_alpha_of_krippendorffs_four_observers(ordinal, published):
    assert of_four_observers(krippendorff_alpha, ordinal) == pytest.approx(published, abs=0.0005)


def test_alpha_of_krippendorffs_two_observers():
    counts = category_counts(TWO_OBSERVERS, 2)
    alpha = krippendorff_alpha(counts, every_unit_once(counts), False)[0]
    assert alpha == pytest.approx(0.095, abs=0.0005)


@pytest.mark.parametrize(
    ("weights", "published"), [(np.eye(5), 0.77544), (quadratic_weights(5), 0.914)]
)
def test_ac1_and_ac2_of_gwets_four_raters(weights, published):
    assert of_four_observers(gwet_ac, weights) == pytest.approx(published, abs=0.0005)


def test_kappa_of_gwets_four_raters_with_missing_cells():
    assert of_four_observers(fleiss_kappa) == pytest.approx(0.76117, abs=5e-6)


def test_raters_of_one_mind_agree_wholly_and_guessing_ones_not_at_all():
    rng = np.random.default_rng(0)
    alike = np.repeat(rng.integers(0, 5, (300, 1)), 3, axis=1).astype(float)
    guessed = rng.integers(0, 5, (3000, 3)).astype(float)
    for ratings, expected, tolerance in ((alike, 1.0, 1e-12), (guessed, 0.0, 0.05)):
        counts = category_counts(ratings, 5)
        once = every_unit_once(counts)
        values = [
            fleiss_kappa(counts, once),
            gwet_ac(counts, once, np.eye(5)),
            gwet_ac(counts, once, quadratic_weights(5)),
            krippendorff_alpha(counts, once, False),
            krippendorff_alpha(counts, once, True),
        ]
        assert np.abs(np.ravel(values) - expected).max() < tolerance
        assert intraclass_correlation(ratings).single == pytest.approx(expected, abs=0.05)


def test_one_category_alone_leaves_kappa_and_alpha_open_and_ac1_at_one():
    counts = category_counts(np.zeros((8, 3)), 2)
    once = every_unit_once(counts)
    assert np.isnan(fleiss_kappa(counts, once)[0])
    assert np.isnan(krippendorff_alpha(counts, once, False)[0])
    assert gwet_ac(counts, once, np.eye(2))[0] == 1
    assert np.isnan(intraclass_correlation(np.zeros((8, 3))).single)


def test_a_draw_counts_a_unit_as_often_as_it_was_drawn():
    counts = category_counts(FOUR_OBSERVERS - 1, 5)
    times = np.array([2, 0, 1, 1, 3, 0, 1, 1, 1, 0, 1, 1])
    repeated = np.repeat(counts, times, axis=0)
    for function, more in (
        (fleiss_kappa, ()),
        (gwet_ac, (np.eye(5),)),
        (krippendorff_alpha, (True,)),
    ):
        drawn = function(counts, times[None].astype(float), *more)
        assert drawn == pytest.approx(function(repeated, every_unit_once(repeated), *more))


def test_agreement_does_not_depend_on_the_order_of_units_or_raters():
    rng = np.random.default_rng(1)
    shuffled = FOUR_OBSERVERS[rng.permutation(12)][:, rng.permutation(4)]
    counts = category_counts(shuffled - 1, 5)
    alpha = krippendorff_alpha(counts, every_unit_once(counts), True)[0]
    assert alpha == pytest.approx(of_four_observers(krippendorff_alpha, True))
