"""Intervals that resample participants, never trials: trials of one person are not independent.

A draw gives every participant a whole-number weight (how often it was drawn). Each measure is a
function of sums over participants (confusion counts, or moments of truth and answer), so a draw
costs one product of matrices. All tasks and models of a split share the draws, which makes
differences between two models paired.
"""

from collections.abc import Sequence

import numpy as np

from biomechgpt.evaluation import metrics

FEWEST_PARTICIPANTS = 5  # below this an interval would be a fiction: "not estimable"
_SUMS = ("n", "read", "x", "y", "xx", "yy", "xy", "absolute", "squared")


def participant_weights(n_participants: int, n_draws: int, seed: int) -> np.ndarray:
    """How often each participant is drawn in each draw, (D, P)."""
    rng = np.random.default_rng(seed)
    shares = np.full(n_participants, 1 / n_participants)
    return rng.multinomial(n_participants, shares, size=n_draws).astype(np.float64)


def classification_sums(
    truth: np.ndarray, answer: np.ndarray, participant: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Confusion counts of every participant, (P, K, K + 1), from encoded rows (N,); size is (P,
    K).
    """
    counts = np.zeros((size[0], size[1], size[1] + 1))
    np.add.at(counts, (participant, truth, answer), 1)
    return counts


def regression_sums(
    truth: np.ndarray, number: np.ndarray, participant: np.ndarray, n_participants: int
) -> np.ndarray:
    """Moments of every participant, (P, 9), from rows (N,); centred, so that no digits are lost."""
    readable = np.isfinite(number)
    x = np.where(readable, truth - truth.mean(), 0.0)
    y = np.where(readable, number - truth.mean(), 0.0)
    errors = metrics.absolute_errors(truth, number)
    ones = np.ones(len(truth))
    rows = np.stack([ones, readable, x, y, x * x, y * y, x * y, errors, errors**2], axis=1)
    sums = np.zeros((n_participants, len(_SUMS)))
    np.add.at(sums, participant, rows)
    return sums


def classification_draws(sums: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Every measure in every draw, (D,) each; NaN where no participant of the task was drawn."""
    n_options = sums.shape[1]
    counts = (weights @ sums.reshape(len(sums), -1)).reshape(-1, n_options, n_options + 1)
    support, answered = counts.sum(axis=2), counts.sum(axis=1)  # (D, K), (D, K + 1)
    hits = np.diagonal(counts, axis1=1, axis2=2)  # (D, K)
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = np.nan_to_num(2 * hits / (support + answered[:, :n_options]))
        recall = np.nan_to_num(hits / support)
        total, present = support.sum(axis=1), (support > 0).sum(axis=1)
        return {
            "weighted_f1": (f1 * support).sum(axis=1) / total,
            "macro_f1": (f1 * (support > 0)).sum(axis=1) / present,
            "balanced_accuracy": recall.sum(axis=1) / present,
            "accuracy": hits.sum(axis=1) / total,
            "mcc": _matthews(support, answered, hits),
        }


def _matthews(support: np.ndarray, answered: np.ndarray, hits: np.ndarray) -> np.ndarray:
    total = support.sum(axis=1)
    agreement = hits.sum(axis=1) * total - (support * answered[:, :-1]).sum(axis=1)
    spread = (total**2 - (support**2).sum(axis=1)) * (total**2 - (answered**2).sum(axis=1))
    values = np.where(spread > 0, agreement / np.sqrt(spread), 0.0)
    return np.where(total > 0, values, np.nan)


def regression_draws(sums: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Every measure in every draw, (D,) each; NaN where it is undefined."""
    s = dict(zip(_SUMS, (weights @ sums).T, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = s["x"] / s["read"], s["y"] / s["read"]
        var_x = s["xx"] / s["read"] - mean_x**2
        var_y = s["yy"] / s["read"] - mean_y**2
        covariance = s["xy"] / s["read"] - mean_x * mean_y
        # What is left of a constant after subtracting its mean is rounding, not variance.
        constant_x = var_x <= 1e-12 * s["xx"] / s["read"]
        constant_y = var_y <= 1e-12 * s["yy"] / s["read"]
        r = np.where(constant_y, 0.0, covariance / np.sqrt(var_x * var_y))
        undefined = constant_x | (s["read"] < 3)
        return {
            "r": np.where(undefined, np.nan, r),
            "slope": np.where(undefined, np.nan, covariance / var_x),
            "mae": s["absolute"] / s["n"],
            "rmse": np.sqrt(s["squared"] / s["n"]),
            "bias": mean_y - mean_x,
            "ccc": 2 * covariance / (var_x + var_y + (mean_x - mean_y) ** 2),
        }


def interval(draws: np.ndarray, n_participants: int, level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of the draws (D,); (NaN, NaN) under 5 participants or without draws."""
    draws = draws[np.isfinite(draws)]
    if n_participants < FEWEST_PARTICIPANTS or len(draws) == 0:
        return np.nan, np.nan
    tail = 50 * (1 - level)
    low, high = np.percentile(draws, [tail, 100 - tail])
    return float(low), float(high)


def verdict(interval_of_difference: Sequence[float]) -> str:
    """What the interval of a difference (positive: better) allows one to say."""
    low, high = interval_of_difference
    if np.isnan(low) or np.isnan(high):
        return "not estimable"
    if low > 0:
        return "above"
    return "below" if high < 0 else "not distinguishable"
