"""How far raters agree beyond chance, for ratings on a scale and for choices, with missing cells.

Ratings are (N, R): a row a unit, a column a rater, NaN where somebody did not rate. Coefficients of
categories are functions of how many raters put a unit in which category, (N, K), so that all bootstrap
draws over units are one product: `draws` (D, N) says how often each unit counts.

Shrout and Fleiss 1979 (intraclass correlation; intervals as McGraw and Wong 1996), Fleiss 1971 (kappa),
Krippendorff 2011 (alpha), Gwet 2014 (AC1, AC2, and how kappa is taken where units have different
numbers of raters).
"""

from typing import NamedTuple

import numpy as np
from scipy import stats

from biomechgpt.evaluation.intervals import LEVEL, NONE


class IntraclassCorrelation(NamedTuple):
    """Two-way random effects, absolute agreement: of a single rating and of the mean of all raters."""

    single: float
    single_interval: tuple[float, float]
    mean: float
    mean_interval: tuple[float, float]


UNDEFINED = IntraclassCorrelation(np.nan, NONE, np.nan, NONE)


def intraclass_correlation(ratings: np.ndarray) -> IntraclassCorrelation:
    """ICC(2,1) and ICC(2,k) of complete ratings (N, R), NaN with fewer than 2 of either or no variance."""
    n, k = ratings.shape
    if n < 2 or k < 2 or np.ptp(ratings) == 0:
        return UNDEFINED
    grand = ratings.mean()
    of_units, of_raters = ratings.mean(axis=1), ratings.mean(axis=0)
    between_units = k * np.square(of_units - grand).sum() / (n - 1)
    between_raters = n * np.square(of_raters - grand).sum() / (k - 1)
    residuals = ratings - of_units[:, None] - of_raters + grand
    error = np.square(residuals).sum() / ((n - 1) * (k - 1))
    rater_part = (between_raters - error) / n
    single = (between_units - error) / (between_units + (k - 1) * error + k * rater_part)
    mean = (between_units - error) / (between_units + rater_part)
    low, high = _single_interval(n, k, single, between_units, between_raters, error)
    stepped_up = (k * low / (1 + (k - 1) * low), k * high / (1 + (k - 1) * high))
    return IntraclassCorrelation(float(single), (low, high), float(mean), stepped_up)


def _single_interval(
    n: int, k: int, icc: float, units: float, raters: float, error: float
) -> tuple[float, float]:
    """The interval of ICC(2,1) from its mean squares; NaN where raters differ by a constant alone."""
    if error < 1e-12 * max(units, raters):
        return NONE
    ratio, inner = raters / error, n * (1 + (k - 1) * icc) - k * icc
    freedom = (k - 1) * (n - 1) * (k * icc * ratio + inner) ** 2
    freedom /= (n - 1) * k**2 * icc**2 * ratio**2 + inner**2
    upper = stats.f.ppf((1 + LEVEL) / 2, n - 1, freedom)
    lower = stats.f.ppf((1 + LEVEL) / 2, freedom, n - 1)
    rest = k * raters + (k * n - k - n) * error
    low = n * (units - upper * error) / (upper * rest + n * units)
    high = n * (lower * units - error) / (rest + n * lower * units)
    return float(low), float(high)


def category_counts(ratings: np.ndarray, n_categories: int) -> np.ndarray:
    """How many raters put each unit of (N, R), categories from 0 on or NaN, in which category (N, K)."""
    return (ratings[:, :, None] == np.arange(n_categories)).sum(axis=1).astype(float)


def quadratic_weights(n_categories: int) -> np.ndarray:
    """How far two categories (K, K) agree: 1 on the diagonal, 0 between the ends of the scale."""
    place = np.arange(n_categories)
    return 1 - np.square((place[:, None] - place) / (n_categories - 1))


def fleiss_kappa(counts: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Kappa (D,) of any number of raters; NaN where all ratings are of one category."""
    shares = _category_shares(counts, draws)
    identity = np.eye(counts.shape[1])
    return _beyond_chance(_observed(counts, draws, identity), np.square(shares).sum(axis=1))


def gwet_ac(counts: np.ndarray, draws: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """AC1 (D,) with the identity as `weights` (K, K), else AC2."""
    shares, n_categories = _category_shares(counts, draws), len(weights)
    spread = (shares * (1 - shares)).sum(axis=1)
    chance = weights.sum() / (n_categories * (n_categories - 1)) * spread
    return _beyond_chance(_observed(counts, draws, weights), chance)


def krippendorff_alpha(counts: np.ndarray, draws: np.ndarray, ordinal: bool) -> np.ndarray:
    """Alpha (D,), nominal or ordinal; units with fewer than two ratings do not count."""
    n_ratings = counts.sum(axis=1)
    pairable = n_ratings > 1
    per_rater = _pairs(counts[pairable]) / (n_ratings[pairable] - 1)[:, None, None]
    together = np.tensordot(draws[:, pairable], per_rater, axes=1)  # (D, K, K), coincidences
    margin = together.sum(axis=2)
    total = margin.sum(axis=1)[:, None, None]
    by_chance = margin[:, :, None] * margin[:, None, :] - margin[:, :, None] * np.eye(len(margin.T))
    distance = _ordinal_distance(margin) if ordinal else 1 - np.eye(len(margin.T))
    with np.errstate(divide="ignore", invalid="ignore"):
        disagreement = (together * distance).sum(axis=(1, 2))
        expected = (by_chance / (total - 1) * distance).sum(axis=(1, 2))
        return np.where(expected > 0, 1 - disagreement / expected, np.nan)


def _ordinal_distance(margin: np.ndarray) -> np.ndarray:
    """Squared ordinal distances (D, K, K): how many ratings (D, K) lie between two categories."""
    middle = np.cumsum(margin, axis=1) - margin / 2
    return np.square(middle[:, :, None] - middle[:, None, :])


def _pairs(counts: np.ndarray) -> np.ndarray:
    """Ordered pairs of ratings of different raters in categories k and l of each unit (N, K, K)."""
    alike = counts[:, :, None] * np.eye(counts.shape[1])
    return counts[:, :, None] * counts[:, None, :] - alike


def _observed(counts: np.ndarray, draws: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The mean agreement (D,) of pairs of raters over units with two ratings or more."""
    n_ratings = counts.sum(axis=1)
    rated = n_ratings > 1
    agreement = (_pairs(counts[rated]) * weights).sum(axis=(1, 2))
    agreement /= n_ratings[rated] * (n_ratings[rated] - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return draws[:, rated] @ agreement / draws[:, rated].sum(axis=1)


def _category_shares(counts: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """The share of each category (D, K), every rated unit counting the same."""
    n_ratings = counts.sum(axis=1)
    rated = n_ratings > 0
    shares = counts[rated] / n_ratings[rated, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return draws[:, rated] @ shares / draws[:, rated].sum(axis=1)[:, None]


def _beyond_chance(observed: np.ndarray, chance: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1 - 1e-12, (observed - chance) / (1 - chance), np.nan)
