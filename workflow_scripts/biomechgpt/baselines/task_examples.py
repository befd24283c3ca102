"""What a baseline learns from, whose labels it predicts, and what it answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features

if TYPE_CHECKING:
    from scipy import sparse  # see baselines.features

# The answers (N,), text or number, and of a classification the probability of every option (N, O).
Predictions = tuple[np.ndarray, np.ndarray | None]


class Examples(NamedTuple):
    """The rows of one task and split: features, truth, and who was recorded."""

    features: "np.ndarray | sparse.csr_matrix"  # (N, K) float32
    truth: np.ndarray  # (N,) str for a classification, float for a regression
    participants: np.ndarray  # (N,) str


class TaskExamples(NamedTuple):
    """One task: what a baseline learns from, and whom it answers for."""

    name: str
    label: str  # the column of the cohort's tables
    options: Sequence[str]  # empty for a regression
    trial_ids: Sequence[str]  # (N,), of `held_out`
    training: Examples
    held_out: Examples  # of validation and test
    validation: Examples  # those of them by which a training ends


def examples(truths: pd.DataFrame, features: Features) -> Examples:
    """Features and truth for the rows of `truths` (one task), which may be none."""
    numeric = (truths["kind"] == "regression").all()
    truth = truths["truth_number"] if numeric else truths["truth"]
    return Examples(
        features.values[features.trial_ids.get_indexer(truths["trial_id"])],
        truth.to_numpy(float if numeric else str),
        truths["participant_id"].to_numpy(str),
    )


def most_likely(probabilities: np.ndarray, options: Sequence[str]) -> Predictions:
    """The answers of a classification: of each row (N, O) the option that stands out."""
    return np.asarray(options)[probabilities.argmax(axis=1)], probabilities
