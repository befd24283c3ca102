"""How good the answers to one task are: classification and regression measures.

An answer that could not be read (no option, no number) is never dropped. In classification it is
wrong: it lowers the recall of its true class and fills a column of its own in the confusion
matrix. In regression MAE and RMSE count it as if the answer were the end of the observed range
that lies farthest from the truth, so that silence never pays; r, slope, intercept, p, bias and CCC
describe the numbers that could be read.

Weighted F1 is the one that compares with BiomechGPT (arXiv 2505.18465): its chance figures lie
above what a macro average can reach. Macro averages run over the classes that occur in the truth.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics as sk

from biomechgpt.errors import InputError

CLASSIFICATION = ("weighted_f1", "macro_f1", "balanced_accuracy", "accuracy", "mcc")
REGRESSION = ("r", "slope", "mae", "rmse", "bias", "ccc")
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


def decided_numbers(rows: pd.DataFrame) -> pd.Series:
    """The mean of the predicted distribution; the number itself where there is no distribution."""
    return rows["number_mean"].astype(float).fillna(rows["number"].astype(float))


def encode_most_probable(
    row_options: Sequence[Sequence[str]],
    probabilities: Sequence[Sequence[float]],
    options: Sequence[str],
) -> np.ndarray:
    """Index of the most probable option of every row, (N,) int; K where a row has none."""
    best = [
        row[int(np.argmax(p))] if len(p) and np.isfinite(p).all() else None
        for row, p in zip(row_options, probabilities, strict=True)
    ]
    return encode_answers(best, options)


def confusion(truth: np.ndarray, answer: np.ndarray, n_options: int) -> np.ndarray:
    """Counts (K, K + 1): rows are the truth, the last column holds the unreadable answers."""
    counts = np.zeros((n_options, n_options + 1), dtype=np.int64)
    np.add.at(counts, (truth, answer), 1)
    return counts


def classification_metrics(truth: np.ndarray, answer: np.ndarray, n_options: int) -> dict:
    """The overall measures of encoded answers (N,), by name; NaN without rows."""
    if len(truth) == 0:
        return dict.fromkeys((*CLASSIFICATION, "unreadable_share"), np.nan)
    classes = class_metrics(truth, answer, n_options)
    present = classes["support"] > 0
    return {
        "weighted_f1": np.average(classes["f1"], weights=classes["support"]),
        "macro_f1": classes["f1"][present].mean(),
        "balanced_accuracy": classes["recall"][present].mean(),
        "accuracy": np.mean(truth == answer),
        "mcc": sk.matthews_corrcoef(truth, answer),
        "unreadable_share": np.mean(answer == n_options),
    }


def class_metrics(truth: np.ndarray, answer: np.ndarray, n_options: int) -> dict:
    """Precision, recall, F1 and support of every option, each (K,)."""
    values = sk.precision_recall_fscore_support(
        truth, answer, labels=np.arange(n_options), average=None, zero_division=0
    )
    return dict(zip(("precision", "recall", "f1", "support"), values, strict=True))


def absolute_errors(truth: np.ndarray, number: np.ndarray) -> np.ndarray:
    """|number - truth| (N,); an unreadable number errs to the farther end of the range of truth."""
    worst = np.maximum(truth - truth.min(), truth.max() - truth)
    return np.where(np.isfinite(number), np.abs(number - truth), worst)


def regression_metrics(truth: np.ndarray, number: np.ndarray) -> dict:
    """The measures of numeric answers (N,) against the truth (N,), by name.

    The line is that of the answer on the truth (scipy.stats.linregress), as in the paper. Answers
    that are all the same number have r = 0, slope = 0, p = 1 (SciPy leaves r undefined there).
    With fewer than 3 readable numbers, or one true value only, r, slope and p are NaN.
    """
    if len(truth) == 0:
        names = (*REGRESSION, "intercept", "p", "unreadable_share")
        return dict.fromkeys(names, np.nan)
    errors = absolute_errors(truth, number)
    readable = np.isfinite(number)
    return {
        **_line(truth[readable], number[readable]),
        "mae": errors.mean(),
        "rmse": np.sqrt(np.mean(errors**2)),
        "bias": np.mean((number - truth)[readable]) if readable.any() else np.nan,
        "ccc": _concordance(truth[readable], number[readable]),
        "unreadable_share": float(np.mean(~readable)),
    }


def _line(truth: np.ndarray, number: np.ndarray) -> dict:
    if len(truth) < 3 or np.ptp(truth) == 0:
        return dict.fromkeys(("r", "slope", "intercept", "p"), np.nan)
    if np.ptp(number) == 0:
        return {"r": 0.0, "slope": 0.0, "intercept": float(number[0]), "p": 1.0}
    fit = stats.linregress(truth, number)
    return {"r": fit.rvalue, "slope": fit.slope, "intercept": fit.intercept, "p": fit.pvalue}


def _concordance(truth: np.ndarray, number: np.ndarray) -> float:
    """Lin's concordance correlation coefficient, with population moments."""
    if len(truth) < 2:
        return np.nan
    spread = truth.var() + number.var() + (truth.mean() - number.mean()) ** 2
    covariance = np.mean((truth - truth.mean()) * (number - number.mean()))
    return 2 * covariance / spread if spread > 0 else np.nan
