"""Mean and spread of each joint over the training participants, and which joints are live."""

from typing import NamedTuple

import numpy as np

STD_FLOOR_RAD = np.deg2rad(0.5)  # a nearly constant joint must not explode when it is normalised


class Statistics(NamedTuple):
    """Per joint: mean and standard deviation (rad), and whether it moves at all in training."""

    mean_rad: np.ndarray  # (J,) float32
    std_rad: np.ndarray  # (J,) float32, at least STD_FLOOR_RAD
    live: np.ndarray  # (J,) bool: neither zeroed nor missing nor constant


def fit_statistics(angles_rad: np.ndarray) -> Statistics:
    """Statistics of (N, J) frames of training participants; NaN marks joints a source lacks."""
    observed = ~np.isnan(angles_rad)
    count = np.maximum(observed.sum(axis=0), 1)
    mean = np.where(observed, angles_rad, 0.0).sum(axis=0, dtype=np.float64) / count
    deviation = np.where(observed, angles_rad - mean, 0.0)
    std = np.sqrt(np.square(deviation).sum(axis=0, dtype=np.float64) / count)
    return Statistics(
        mean.astype(np.float32), np.maximum(std, STD_FLOOR_RAD).astype(np.float32), std > 1e-6
    )


def normalise(angles_rad: np.ndarray, statistics: Statistics) -> np.ndarray:
    """(T, J) rad -> (T, J) float32 with mean 0 and spread 1; what is missing or not live becomes 0."""
    scaled = (angles_rad - statistics.mean_rad) / statistics.std_rad
    return np.where(np.isnan(scaled) | ~statistics.live, 0.0, scaled).astype(np.float32)


def restore(normalised: np.ndarray, statistics: Statistics) -> np.ndarray:
    """The inverse of `normalise` on live joints; the others become their training mean."""
    scaled = np.where(statistics.live, normalised, 0.0)
    return (scaled * statistics.std_rad + statistics.mean_rad).astype(np.float32)
