"""Prediction sets and intervals that hold the truth as often as they say, by split conformal
calibration.

Trials of a person are not exchangeable with those of others, people are. Each calibration
participant therefore weighs 1 / (n + 1), shared among their trials, and the last 1 / (n + 1) stands
for the new one (hierarchical conformal prediction, Lee, Barber and Willett 2023, arXiv 2306.06342).
A random trial of a new participant is then covered with at least the probability asked for, over
the drawing of participants; nothing is promised for each person or each class.
"""

import numpy as np

from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS


def participants_needed(level: float) -> int:
    """The calibration participants without which no limit reaches `level`."""
    return max(FEWEST_PARTICIPANTS, int(np.ceil(level / (1 - level) - 1e-9)))


def limit(scores: np.ndarray, person: np.ndarray, level: float) -> float:
    """The least score (of N scores of participants (N,)) below or at which weighs `level`.

    NaN with too few participants, or where a missing answer (score inf) would be the limit.
    """
    _, code, n_trials = np.unique(person, return_inverse=True, return_counts=True)
    if len(n_trials) < participants_needed(level):
        return np.nan
    order = np.argsort(scores, kind="stable")
    weight = np.cumsum(1 / (n_trials[code[order]] * (len(n_trials) + 1)))
    at = np.searchsorted(weight, level - 1e-9)
    score = scores[order][at] if at < len(scores) else np.inf
    return float(score) if np.isfinite(score) else np.nan


def limits_of_others(scores: np.ndarray, person: np.ndarray, level: float) -> np.ndarray:
    """For every row (N,) the `limit` that all participants but its own give."""
    _, code, n_trials = np.unique(person, return_inverse=True, return_counts=True)
    n_people, order = len(n_trials), np.argsort(scores, kind="stable")
    if n_people - 1 < participants_needed(level):
        return np.full(len(scores), np.nan)
    weight = np.tile(1 / (n_trials[code[order]] * n_people), (n_people, 1))
    weight[code[order], np.arange(len(order))] = 0.0
    at = (np.cumsum(weight, axis=1) < level - 1e-9).sum(axis=1)
    limits = np.append(scores[order], np.inf)[at]
    return np.where(np.isfinite(limits), limits, np.nan)[code]


def option_scores(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """How strange the truth was to the model, (N,): 1 less its probability; inf without any."""
    scores = 1 - probabilities[np.arange(len(truth)), truth]
    return np.where(np.isfinite(scores), scores, np.inf)


def interval_scores(low: np.ndarray, high: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """How far outside its interval the truth was, (N,), below 0 inside; inf without interval.

    Conformalized quantile regression (Romano, Patterson and Candes 2019, arXiv 1905.03222).
    """
    scores = np.maximum(low - truth, truth - high)
    return np.where(np.isfinite(scores), scores, np.inf)
