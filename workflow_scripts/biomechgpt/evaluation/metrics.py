"""How good the answers to a classification task are.

An answer that could not be read is never dropped: it is wrong, lowers the recall of its true class
and fills a column of its own in the confusion matrix.

Weighted F1 is the one that compares with BiomechGPT (arXiv 2505.18465): its chance figures lie
above what a macro average reaches without knowing anything, one over the number of classes at best
(F1 is the harmonic mean of precision and recall, hence at most their mean, and without knowledge
these are the share of the class in truth and in answers; the means sum to 1). That bounds what is
expected; one small test set may exceed it by luck. Macro averages run over the classes that occur
in the truth. What a class measure divides by may be nothing: it is NaN then.
All measures are functions of confusion counts, so that one pass measures every draw.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biomechgpt.errors import InputError

CLASSIFICATION = ("weighted_f1", "macro_f1", "balanced_accuracy", "accuracy", "mcc")
LOWER_IS_BETTER = ("mae", "rmse")


def encode_truth(truth: Sequence[str], options: Sequence[str]) -> np.ndarray:
    """Index of every true label among the options, (N,) int. Raises InputError for a stranger."""
    codes = pd.Index(list(options)).get_indexer(pd.Index(list(truth), dtype=object))
    if (codes < 0).any():
        label = list(truth)[int(np.argmin(codes))]
        raise InputError(f"the true label {label!r} is none of the options {list(options)}")
    return codes


def encode_answers(parsed: Sequence[str | None], options: Sequence[str]) -> np.ndarray:
    """Index of every parsed answer among the options, (N,) int; K where it is none of them."""
    codes = pd.Index(list(options)).get_indexer(pd.Index(list(parsed), dtype=object))
    return np.where(codes < 0, len(options), codes)


def probability_matrix(
    row_options: Sequence[Sequence[str]],
    probabilities: Sequence[Sequence[float]],
    options: Sequence[str],
) -> np.ndarray:
    """The probability of every option in every row, (N, K); an option a row lacks has 0.

    A row without probabilities, or with one that is not finite, is NaN throughout.
    """
    matrix = np.zeros((len(row_options), len(options)))
    row_options, probabilities = list(row_options), list(probabilities)
    lengths = np.array([len(row) for row in probabilities], dtype=int)
    known = np.flatnonzero(lengths)
    if len(known):
        named = np.concatenate([np.asarray(row_options[i], dtype=object) for i in known])
        columns = pd.Index(list(options)).get_indexer(named)
        values = np.concatenate([np.asarray(probabilities[i], dtype=float) for i in known])
        matrix[np.repeat(known, lengths[known]), columns] = values
    matrix[(lengths == 0) | ~np.isfinite(matrix).all(axis=1)] = np.nan
    return matrix


def most_probable(probabilities: np.ndarray) -> np.ndarray:
    """Index of the most probable option of every row (N, K), the first of equals; K without any."""
    known = np.isfinite(probabilities).all(axis=1)
    best = np.where(known[:, None], probabilities, 0.0).argmax(axis=1)
    return np.where(known, best, probabilities.shape[1])


def encode_most_probable(
    row_options: Sequence[Sequence[str]],
    probabilities: Sequence[Sequence[float]],
    options: Sequence[str],
) -> np.ndarray:
    """Index of the most probable option of every row, (N,) int; K where a row has none."""
    return most_probable(probability_matrix(row_options, probabilities, options))


def confusion(truth: np.ndarray, answer: np.ndarray, n_options: int) -> np.ndarray:
    """Counts (K, K + 1): rows are the truth, the last column holds the unreadable answers."""
    cells = np.bincount(truth * (n_options + 1) + answer, minlength=n_options * (n_options + 1))
    return cells.reshape(n_options, n_options + 1)


def class_measures(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall, F1 and support of every class, each (..., K), from counts (..., K, K + 1).

    NaN: the precision of a class that is never answered, recall and F1 of a class without trials.
    """
    support, answered = counts.sum(axis=-1), counts.sum(axis=-2)[..., :-1]
    hits, absent = np.diagonal(counts, axis1=-2, axis2=-1), support == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "precision": hits / answered,
            "recall": hits / support,
            "f1": np.where(absent, np.nan, 2 * hits / (support + answered)),
            "support": support,
        }


def classification_measures(counts: np.ndarray) -> dict[str, np.ndarray]:
    """The overall measures, each (...), from counts (..., K, K + 1); NaN where there are none."""
    classes = class_measures(counts)
    support, hits = classes["support"], np.diagonal(counts, axis1=-2, axis2=-1)
    answered, present = counts.sum(axis=-2), support > 0
    f1, recall = (np.where(present, classes[name], 0.0) for name in ("f1", "recall"))
    with np.errstate(divide="ignore", invalid="ignore"):
        total, n_present = support.sum(axis=-1), present.sum(axis=-1)
        return {
            "weighted_f1": (f1 * support).sum(axis=-1) / total,
            "macro_f1": f1.sum(axis=-1) / n_present,
            "balanced_accuracy": recall.sum(axis=-1) / n_present,
            "accuracy": hits.sum(axis=-1) / total,
            "mcc": _matthews(support, answered, hits),
            "unreadable_share": answered[..., -1] / total,
        }


def _matthews(support: np.ndarray, answered: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Matthews' coefficient for several classes; 0 where all answers are the same.

    NaN where all truths are: nothing is there to be told apart.
    """
    support, answered = support.astype(float), answered.astype(float)
    total = support.sum(axis=-1)
    agreement = hits.sum(axis=-1) * total - (support * answered[..., :-1]).sum(axis=-1)
    spread_of_truth = total**2 - (support**2).sum(axis=-1)
    spread = spread_of_truth * (total**2 - (answered**2).sum(axis=-1))
    values = np.where(spread > 0, agreement / np.sqrt(spread), 0.0)
    return np.where(spread_of_truth > 0, values, np.nan)
