"""Whether synthetic movements are training movements over again, or tell who was in training."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

NEAR = 0.05  # quantile of strangers' distances below which a movement is very near to training
CERTAIN = 0.95  # quantile of the certainty about strangers above which a person is recognised


def nearest_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The distance (N,) of each point (N, D) to the nearest of others (M, D)."""
    return cdist(points, others).min(axis=1)


def nearness(
    synthetic: np.ndarray, training: np.ndarray, strangers: np.ndarray
) -> dict[str, float]:
    """How near synthetic movements lie to training ones, beside real movements of people not trained on.

    Returns:
        `nearest_ratio`: median distance to the nearest training movement, of synthetic over that of
        strangers'; `very_near_share`: synthetic movements nearer than the 5 % quantile of strangers';
        `membership_auc`: how well nearness to a synthetic movement tells training movements from strangers'
        (.5: not at all).
    """
    near, usual = nearest_distances(synthetic, training), nearest_distances(strangers, training)
    members = [nearest_distances(points, synthetic) for points in (training, strangers)]
    is_member = np.repeat([1, 0], [len(training), len(strangers)])
    return {
        "nearest_ratio": float(np.median(near) / np.median(usual)),
        "very_near_share": float((near < np.quantile(usual, NEAR)).mean()),
        "membership_auc": float(roc_auc_score(is_member, -np.concatenate(members))),
    }


def recognised_share(
    synthetic: np.ndarray, training: np.ndarray, people: np.ndarray, strangers: np.ndarray
) -> float:
    """The share of synthetic movements in which a classifier of the training people is sure of one.

    Sure is above the 95 % quantile of its certainty about strangers, who are none of these people, so that
    5 % is what strangers have. `people` (N,) are those of `training` (N, D); NaN with fewer than two.
    """
    if len(set(people)) < 2:
        return np.nan
    model = LogisticRegression(max_iter=1000).fit(training, people)
    certainty, usual = (model.predict_proba(rows).max(axis=1) for rows in (synthetic, strangers))
    return float((certainty > np.quantile(usual, CERTAIN)).mean())


def longest_copied_runs(
    synthetic: Sequence[np.ndarray], training: Sequence[np.ndarray]
) -> np.ndarray:
    """Of each token sequence the share (N,) that its longest run from a single training sequence makes up."""
    longest = np.zeros(len(synthetic), int)
    length, alive = 1, range(len(synthetic))
    while alive:
        known = {run for tokens in training for run in _runs(tokens, length)}
        alive = [
            number for number in alive if not known.isdisjoint(_runs(synthetic[number], length))
        ]
        longest[alive] = length
        length += 1
    return longest / np.array([max(1, len(tokens)) for tokens in synthetic])


def _runs(tokens: np.ndarray, length: int) -> list[bytes]:
    """All runs of `length` tokens."""
    return [tokens[start : start + length].tobytes() for start in range(len(tokens) - length + 1)]
