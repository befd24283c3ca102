"""Mean and spread of each joint over the training participants, and which joints are live."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from biomechgpt.body.mirror import SIGNS, SOURCES

FRAMES_AT_ONCE = 50_000
STD_FLOOR_RAD = np.deg2rad(0.5)  # a nearly constant joint must not explode when it is normalised


class Statistics(NamedTuple):
    """Per joint: mean and standard deviation (rad), and whether it moves at all in training."""

    mean_rad: np.ndarray  # (J,) float32
    std_rad: np.ndarray  # (J,) float32, at least STD_FLOOR_RAD
    live: np.ndarray  # (J,) bool: neither zeroed nor missing nor constant


def fit_statistics(angles_rad: np.ndarray, mirror: bool = False) -> Statistics:
    """Statistics of (N, J) frames of training participants; NaN marks joints a source lacks.

    With `mirror` those of the frames and their mirror images together. Three times through the
    frames, a part of them in memory at a time.
    """
    count = sum((~np.isnan(part)).sum(axis=0) for part in _parts(angles_rad))
    observed = np.maximum(count, 1)
    mean = sum(np.nansum(part, axis=0) for part in _parts(angles_rad)) / observed
    squares = sum(np.nansum(np.square(part - mean), axis=0) for part in _parts(angles_rad))
    variance = squares / observed
    if mirror:
        mean, variance = _both_sides(count, mean, variance)
    std = np.sqrt(variance)
    return Statistics(
        mean.astype(np.float32), np.maximum(std, STD_FLOOR_RAD).astype(np.float32), std > 1e-6
    )


def _parts(angles_rad: np.ndarray) -> Iterator[np.ndarray]:
    """Stretches of (N, J) frames as (M, J) float64."""
    for start in range(0, len(angles_rad), FRAMES_AT_ONCE):
        yield angles_rad[start : start + FRAMES_AT_ONCE].astype(np.float64)


def _both_sides(
    count: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of as many frames again, with left and right exchanged."""
    counts, means = np.stack([count, count[SOURCES]]), np.stack([mean, mean[SOURCES] * SIGNS])
    share = counts / np.maximum(counts.sum(axis=0), 1)
    both = (share * means).sum(axis=0)
    spread = np.stack([variance, variance[SOURCES]]) + np.square(means - both)
    return both, (share * spread).sum(axis=0)


def joint_weights(statistics: Statistics, spread_weight: float) -> np.ndarray:
    """What the error of each joint (J,) counts, in units of its spread; 1 on average of live joints.

    At a `spread_weight` of 0 all count the same, at 1 degrees count, so that the knee weighs more
    than the neck.
    """
    weight = statistics.std_rad**spread_weight
    return weight / weight[statistics.live].mean()


def normalise(angles_rad: np.ndarray, statistics: Statistics) -> np.ndarray:
    """(T, J) rad -> (T, J) float32 with mean 0 and spread 1; what is missing or not live becomes 0."""
    scaled = (angles_rad - statistics.mean_rad) / statistics.std_rad
    return np.where(np.isnan(scaled) | ~statistics.live, 0.0, scaled).astype(np.float32)


def restore(normalised: np.ndarray, statistics: Statistics) -> np.ndarray:
    """The inverse of `normalise` on live joints; the others become their training mean."""
    scaled = np.where(statistics.live, normalised, 0.0)
    return (scaled * statistics.std_rad + statistics.mean_rad).astype(np.float32)
