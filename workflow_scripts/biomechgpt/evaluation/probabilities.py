"""How good the probabilities of the options are: proper scores and calibration.

Brier is the squared distance to the truth, summed over options (0 to 2); log-loss is in nats.
Calibration is that of the most probable option: `confidence_gap` is mean confidence minus
accuracy, `ece` the mean of its absolute value over bins of equally many answers, at least 30 in
each and 10 at most, since finer bins measure noise. A row without probabilities is left out.
"""

import numpy as np

from biomechgpt.evaluation import metrics
from biomechgpt.evaluation.answer_arrays import Answers, in_draws
from biomechgpt.questions.calibration import FLOOR

BIN_ANSWERS, MOST_BINS = 30, 10


def brier(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The Brier score of every row, (N,), of probabilities (N, K) and encoded truth (N,)."""
    return ((probabilities - np.eye(probabilities.shape[1])[truth]) ** 2).sum(axis=1)


def log_loss(probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Minus the log-probability of the truth of every row, (N,), nats."""
    return -np.log(np.maximum(probabilities[np.arange(len(truth)), truth], FLOOR))


def bins(confidence: np.ndarray) -> np.ndarray:
    """The bin of every answer (N,), from 0, lowest confidence first; equals share a bin."""
    n_bins = int(np.clip(len(confidence) // BIN_ANSWERS, 1, MOST_BINS))
    inner = np.quantile(confidence, np.arange(1, n_bins) / n_bins)
    return np.unique(np.searchsorted(inner, confidence), return_inverse=True)[1]


def probability_measures(
    answers: Answers, probabilities: np.ndarray, weights: np.ndarray
) -> dict[str, np.ndarray]:
    """Brier, log-loss, ece and confidence gap, each (1 + D, S), of probabilities (N, K).

    Empty where the model gave none, NaN for a seed without. The bins are those of the data in every
    draw.
    """
    known = np.isfinite(probabilities).all(axis=1)
    if answers.numeric or not known.any():
        return {}
    p = np.where(known[:, None], probabilities, 0.0)
    gap = p.max(axis=1) - (metrics.most_probable(p) == answers.truth)
    own_bin = np.zeros(len(gap), dtype=int)
    for seed in np.unique(answers.seed[known]):
        of_seed = known & (answers.seed == seed)
        own_bin[of_seed] = bins(p[of_seed].max(axis=1))
    in_bin = gap[:, None] * np.eye(MOST_BINS)[own_bin]
    columns = [brier(p, answers.truth), log_loss(p, answers.truth), gap, np.ones(len(gap)), in_bin]
    values = np.column_stack(columns) * known[:, None]
    total = np.moveaxis(in_draws(answers.summed(values, weights.shape[1]), weights), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "brier": total[0] / total[3],
            "log_loss": total[1] / total[3],
            "confidence_gap": total[2] / total[3],
            "ece": np.abs(total[4:]).sum(axis=0) / total[3],
        }
