"""What a baseline sees of trials: a row of numbers each. Here those that need no measuring.

What a step learns of the data (means, thresholds, weights), it learns from training trials.
"""

import os
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.splits.accepted import read_accepted

if TYPE_CHECKING:
    from scipy import sparse  # takes 0.1 s to import, and every job imports this module


class Features(NamedTuple):
    """One row of numbers for each trial."""

    trial_ids: pd.Index  # (trials,)
    values: "np.ndarray | sparse.csr_matrix"  # (trials, K) float32


def durations(trials_path: os.PathLike, training: Collection[str]) -> Features:
    """The length of each trial in s, and five powers of its logarithm."""
    trials = read_accepted(trials_path)
    duration_s = trials[["duration_s"]].to_numpy()
    in_training = trials["trial_id"].isin(training).to_numpy()
    # Standardised first, since powers of numbers far from 0 are nearly proportional to one another.
    powers = standardise(np.log(duration_s), in_training) ** np.arange(1, 6)
    values = standardise(np.hstack([duration_s, powers]), in_training)
    return Features(pd.Index(trials["trial_id"]), values)


def soft_tokens(features_path: os.PathLike, training: Collection[str]) -> Features:
    """All numbers of a movement's soft tokens in a row, each of mean 0 and spread 1 in training."""
    table = pd.read_parquet(features_path, columns=["trial_id", "features"])
    in_training = table["trial_id"].isin(training).to_numpy()
    values = standardise(np.stack(table["features"].to_list()), in_training)
    return Features(pd.Index(table["trial_id"]), values)


def standardise(values: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Columns (N, K) with mean 0 and spread 1 over the rows `training` (N,) bool; 0 where constant."""
    mean, spread = values[training].mean(axis=0), values[training].std(axis=0)
    varies = spread > 1e-6
    scaled = (values - mean) / np.where(varies, spread, 1.0)
    return np.where(varies, scaled, 0.0).astype(np.float32)
