"""Mean and spread of each joint over the training participants, and which joints are live."""

from typing import NamedTuple

import numpy as np

from biomechgpt.body.mirror import SIGNS, SOURCES

STD_FLOOR_RAD = np.deg2rad(0.5)  # a nearly constant joint must not explode when it is normalised


class Statistics(NamedTuple):
    """Per joint: mean and standard deviation (rad), and whether it moves at all in training."""

    mean_rad: np.ndarray  # (J,) float32
    std_rad: np.ndarray  # (J,) float32, at least STD_FLOOR_RAD
    live: np.ndarray  # (J,) bool: neither zeroed nor missing nor constant


def fit_statistics(angles_rad: np.ndarray, mirror: bool = False) -> Statistics:
    """Statistics of (N, J) frames of training participants; NaN marks joints a source lacks.

    With `mirror` those of the frames and their mirror images together.
    """
    observed = ~np.isnan(angles_rad)
    count = observed.sum(axis=0)
    mean = np.where(observed, angles_rad, 0.0).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
    deviation = np.where(observed, angles_rad - mean, 0.0)
    variance = np.square(deviation).sum(axis=0, dtype=np.float64) / np.maximum(count, 1)
    if mirror:
        mean, variance = _both_sides(count, mean, variance)
    std = np.sqrt(variance)
    return Statistics(
        mean.astype(np.float32), np.maximum(std, STD_FLOOR_RAD).astype(np.float32), std > 1e-6
    )


def _both_sides(
    count: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of as many frames again, with left and right exchanged."""
    counts, means = np.stack([count, count[SOURCES]]), np.stack([mean, mean[SOURCES] * SIGNS])
    share = counts / np.maximum(counts.sum(axis=0), 1)
    both = (share * means).sum(axis=0)
    spread = np.stack([variance, variance[SOURCES]]) + np.square(means - both)
    return both, (share * spread).sum(axis=0)


def normalise(angles_rad: np.ndarray, statistics: Statistics) -> np.ndarray:
    """(T, J) rad -> (T, J) float32 with mean 0 and spread 1; what is missing or not live becomes 0."""
    scaled = (angles_rad - statistics.mean_rad) / statistics.std_rad
    return np.where(np.isnan(scaled) | ~statistics.live, 0.0, scaled).astype(np.float32)


def restore(normalised: np.ndarray, statistics: Statistics) -> np.ndarray:
    """The inverse of `normalise` on live joints; the others become their training mean."""
    scaled = np.where(statistics.live, normalised, 0.0)
    return (scaled * statistics.std_rad + statistics.mean_rad).astype(np.float32)
