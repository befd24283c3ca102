"""How well numeric answers agree with the truth.

MAE, RMSE and the share within the minimal detectable change count an unreadable number, MAE and
RMSE as if it were the end of the observed range that lies farthest from the truth, so that silence
never pays; where only one truth was observed there is no such end, and both are undefined. All
other measures describe the numbers that could be read. All are functions of sums over participants,
so that one pass measures every draw.

Limits of agreement hold repeated trials of a participant: the variance of the differences is the
sum of its parts between and within participants by analysis of variance (Bland and Altman 2007,
J Biopharm Stat 17:571, the case where the true value varies).
"""

import numpy as np
from scipy import stats

REGRESSION = ("r", "slope", "mae", "rmse", "bias", "ccc", "loa_low", "loa_high")
LIMITS_Z = 1.96
# Columns of the sums. x and y are truth and answer, both less one constant.
_SUMS = ("n", "read", "x", "y", "xx", "yy", "xy", "absolute", "squared", "within")
_CLUSTERS = ("squared_means", "squared_read", "people")


def absolute_errors(truth: np.ndarray, number: np.ndarray) -> np.ndarray:
    """|number - truth| (N,); an unreadable number errs to the farther end of the range of truth.

    NaN for an unreadable number where only one truth occurs: what it costs is not known.
    """
    worst = np.maximum(truth - truth.min(), truth.max() - truth)
    worst = np.where(np.ptp(truth) > 0, worst, np.nan)
    return np.where(np.isfinite(number), np.abs(number - truth), worst)


def agreement_rows(
    truth: np.ndarray, number: np.ndarray, origin: float, detectable: float | None
) -> np.ndarray:
    """What a row adds to the sums, (N, C); `origin` is taken off both, so that no digits are lost."""
    readable = np.isfinite(number)
    x = np.where(readable, truth - origin, 0.0)
    y = np.where(readable, number - origin, 0.0)
    errors = absolute_errors(truth, number)
    # Answers have few decimals: 1.3 - 1.2 must count as within 0.1.
    within = readable & (errors <= (detectable or 0.0) + 1e-9)
    columns = [np.ones(len(truth)), readable, x, y, x * x, y * y, x * y, errors, errors**2, within]
    return np.stack(columns, axis=1)


def with_clusters(sums: np.ndarray) -> np.ndarray:
    """The sums (S, P, C) with what analysis of variance needs of every participant beside them."""
    s = dict(zip(_SUMS, np.moveaxis(sums, -1, 0), strict=True))
    squared_means = (s["y"] - s["x"]) ** 2 / np.maximum(s["read"], 1)
    clusters = np.stack([squared_means, s["read"] ** 2, s["read"] > 0], axis=-1)
    return np.concatenate([sums, clusters], axis=-1)


def agreement_measures(sums: np.ndarray, origin: float) -> dict[str, np.ndarray]:
    """Every measure, each (...), from sums (..., C) of `with_clusters`; NaN where undefined.

    The line is that of the answer on the truth, as in the paper. Answers that are all the same
    number have r = 0 and slope = 0. With fewer than 3 readable numbers, or one true value only, r,
    slope, intercept and ccc are NaN.
    """
    s = dict(zip(_SUMS + _CLUSTERS, np.moveaxis(sums, -1, 0), strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = s["x"] / s["read"], s["y"] / s["read"]
        var_x = s["xx"] / s["read"] - mean_x**2
        var_y = s["yy"] / s["read"] - mean_y**2
        covariance = s["xy"] / s["read"] - mean_x * mean_y
        # What is left of a constant after subtracting its mean is rounding, not variance.
        constant_x = var_x <= 1e-12 * s["xx"] / s["read"]
        constant_y = var_y <= 1e-12 * s["yy"] / s["read"]
        undefined = constant_x | (s["read"] < 3)
        r = np.where(constant_y, 0.0, np.clip(covariance / np.sqrt(var_x * var_y), -1, 1))
        slope = np.where(undefined, np.nan, np.where(constant_y, 0.0, covariance / var_x))
        bias, spread = mean_y - mean_x, _spread_of_differences(s)
        return {
            "r": np.where(undefined, np.nan, r),
            "slope": slope,
            "intercept": mean_y + origin - slope * (mean_x + origin),
            "mae": s["absolute"] / s["n"],
            "rmse": np.sqrt(s["squared"] / s["n"]),
            "bias": bias,
            "ccc": np.where(undefined, np.nan, 2 * covariance / (var_x + var_y + bias**2)),
            "loa_low": bias - LIMITS_Z * spread,
            "loa_high": bias + LIMITS_Z * spread,
            "unreadable_share": 1 - s["read"] / s["n"],
            "within_mdc": s["within"] / s["n"],
        }


def _spread_of_differences(s: dict[str, np.ndarray]) -> np.ndarray:
    """SD of a difference: between plus within participants, by one-way analysis of variance."""
    n, people = s["read"], s["people"]
    total = s["xx"] + s["yy"] - 2 * s["xy"]
    between = (s["squared_means"] - (s["y"] - s["x"]) ** 2 / n) / (people - 1)
    repeats = (n**2 - s["squared_read"]) / ((people - 1) * n)
    within = np.maximum(total - s["squared_means"], 0) / np.maximum(n - people, 1)
    variance = within + np.maximum(between - within, 0) / repeats
    return np.where(people > 1, np.sqrt(variance), np.nan)


def p_value(r: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Two-sided p of r = 0 for n independent pairs, as `scipy.stats.linregress` gives it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return 2 * stats.t.sf(np.abs(r) * np.sqrt((n - 2) / (1 - r**2)), n - 2)


def regression_metrics(
    truth: np.ndarray, number: np.ndarray, person: np.ndarray | None = None
) -> dict[str, float]:
    """Every measure of numeric answers (N,) against the truth (N,), by name, `p` among them.

    Without `person` (N,) each row stands for a participant of its own.
    """
    person = np.arange(len(truth)) if person is None else person
    origin = truth.mean() if len(truth) else 0.0
    rows = agreement_rows(truth, number, origin, None) if len(truth) else np.empty((0, len(_SUMS)))
    n_people = int(person.max(initial=-1)) + 1
    sums = np.stack([np.bincount(person, column, n_people) for column in rows.T], axis=-1)
    measures = agreement_measures(with_clusters(sums[None])[0].sum(axis=0), origin)
    measures.pop("within_mdc")
    measures["p"] = p_value(measures["r"], np.isfinite(number).sum())
    return {name: float(value) for name, value in measures.items()}
