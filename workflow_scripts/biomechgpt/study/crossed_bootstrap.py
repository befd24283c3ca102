"""Means over items and raters with intervals that hold for other items and other raters.

Each draw resamples the items and, apart from them, the raters; a mean weighs each score by how often
its item and its rater were drawn. Where raters differ much, a handful of them makes it too narrow.
"""

from typing import NamedTuple

import numpy as np

from biomechgpt.evaluation.intervals import bootstrap_p, interval, participant_weights

FEWEST_RATERS, FEWEST_ITEMS = 3, 20  # below these there is no verdict


class CrossedMean(NamedTuple):
    """A mean of scores (items, raters), its interval and p against `null`."""

    value: float
    low: float
    high: float
    p: float
    n_items: int
    n_raters: int
    n_scores: int

    @property
    def enough(self) -> bool:
        """Whether a verdict may be made of it."""
        return self.n_raters >= FEWEST_RATERS and self.n_items >= FEWEST_ITEMS


def crossed_mean(scores: np.ndarray, n_draws: int, seed: int, null: float = 0.0) -> CrossedMean:
    """The mean of `scores` (N, R), NaN where there is none."""
    there = np.isfinite(scores)
    n_items, n_raters = int(there.any(axis=1).sum()), int(there.any(axis=0).sum())
    if not there.any():
        return CrossedMean(np.nan, np.nan, np.nan, np.nan, 0, 0, 0)
    draws = drawn_means(scores, n_draws, seed)
    low, high = interval(draws, n_items)
    p = bootstrap_p(draws - null) if np.isfinite(low) else np.nan
    value = float(scores[there].mean())
    return CrossedMean(value, low, high, p, n_items, n_raters, int(there.sum()))


def drawn_means(scores: np.ndarray, n_draws: int, seed: int) -> np.ndarray:
    """The mean of `scores` (N, R) in each draw (D,); NaN where nothing was drawn."""
    there = np.isfinite(scores)
    items = participant_weights(len(scores), n_draws, seed)  # (D, N)
    raters = participant_weights(scores.shape[1], n_draws, seed + 1)  # (D, R)
    total = (items @ np.where(there, scores, 0.0) * raters).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total / (items @ there * raters).sum(axis=1)
