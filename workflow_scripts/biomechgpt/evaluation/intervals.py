"""Intervals that resample participants, never trials: trials of one person are not independent.

A draw gives every participant a whole-number weight (how often it was drawn). Each measure is a
function of sums over participants, so all draws cost one product of matrices. All tasks and models
of a split share the draws, which makes differences between two models paired.

The bootstrap is too narrow with few participants; under 20 a t-interval over participants stands
beside it and has to agree with a verdict. Under 5 there is none.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special, stats

FEWEST_PARTICIPANTS = 5  # below this an interval would be a fiction: "not estimable"
FEW_PARTICIPANTS = 10  # below this the bootstrap covers some 85 % instead of 95 %
T_TEST_PARTICIPANTS = 20  # below this a verdict needs the t-test over participants as well
LEVEL = 0.95
NONE = (np.nan, np.nan)


def participant_weights(n_participants: int, n_draws: int, seed: int) -> np.ndarray:
    """How often each participant is drawn in each draw, (D, P)."""
    rng = np.random.default_rng(seed)
    shares = np.full(n_participants, 1 / max(n_participants, 1))
    return rng.multinomial(n_participants, shares, size=n_draws).astype(np.float64)


def interval(draws: np.ndarray, n_participants: int) -> tuple[float, float]:
    """The middle 95 % of the draws (D,).

    (NaN, NaN) under 5 participants, where fewer than half of the draws define the measure, and
    where all draws agree: an interval without width would claim what nobody knows.
    """
    draws, n_draws = draws[np.isfinite(draws)], len(draws)
    if n_participants < FEWEST_PARTICIPANTS or 2 * len(draws) < n_draws or len(draws) == 0:
        return NONE
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return (float(low), float(high)) if np.ptp(draws) > 1e-12 else NONE


def t_interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % t-interval of the mean of one value a participant (P,), n - 1 degrees of freedom.

    (NaN, NaN) under 5 participants and where all have the same value.
    """
    n = len(values)
    if n < FEWEST_PARTICIPANTS or np.ptp(values) < 1e-12:
        return NONE
    low, high = stats.t.interval(LEVEL, n - 1, values.mean(), stats.sem(values))
    return float(low), float(high)


def bootstrap_p(draws: np.ndarray) -> float:
    """The two-sided p of no difference from the draws (D,) of a difference.

    Twice the share of draws on the rarer side of 0, the data themselves counted as a draw on it
    (Davison and Hinkley 1997, section 4.2), so at least 2 / (D + 1).
    """
    draws = draws[np.isfinite(draws)]
    rarer = min((draws <= 0).sum(), (draws >= 0).sum())
    return min(1.0, 2 * (1 + rarer) / (1 + len(draws)))


def t_test_p(values: np.ndarray, sign: float) -> float:
    """The two-sided p of a mean of 0 for one value a participant (P,), by the t-test.

    1 where the mean does not lie on the side of `sign`, and where all have the same value.
    """
    if len(values) < 2 or np.ptp(values) < 1e-12:
        return 1.0
    n = len(values)
    t = np.sign(sign) * values.mean() / (values.std(ddof=1) / np.sqrt(n))
    return float(min(1.0, 2 * special.stdtr(n - 1, -t)))


def verdict(interval_of_difference: Sequence[float]) -> str:
    """What the interval of a difference (positive: better) allows one to say."""
    low, high = interval_of_difference
    if np.isnan(low) or np.isnan(high):
        return "not estimable"
    if low > 0:
        return "above"
    return "below" if high < 0 else "not distinguishable"
