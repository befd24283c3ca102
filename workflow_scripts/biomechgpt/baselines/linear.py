"""Ridge regression on many features, its penalty chosen with each participant kept in one fold.

All is computed from inner products of the rows, so that ten thousand features cost no more
than a few hundred trials. For classes it predicts a number for each option (1 where it is the answer),
made a probability by a softmax whose sharpness minimises the log-loss on the folds left out.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import log_softmax, softmax
from sklearn.model_selection import GroupKFold

from biomechgpt.baselines.task_examples import Examples, Predictions, most_likely

PENALTIES = np.logspace(-3, 3, 13)  # in units of the mean squared length of a row
SHARPNESS = np.logspace(-0.5, 2, 26)
N_FOLDS = 5


def predict(training: Examples, held_out: Examples, options: Sequence[str]) -> Predictions:
    """Fit on `training` and answer for `held_out`; `options` is empty for a regression.

    A number stays within those of training. With fewer than two participants the penalty is 1 and
    the sharpness 5.
    """
    products, held_out_products = _centred_products(training.features, held_out.features)
    targets = _targets(training.truth, options)  # (N, O)
    penalty, sharpness = _search(products, targets, training.participants, bool(options))
    predicted = _predicted(products, targets, held_out_products, np.array([penalty]))[0]
    if not options:
        return predicted[:, 0].clip(training.truth.min(), training.truth.max()), None
    return most_likely(softmax(sharpness * predicted, axis=1), options)


def _targets(truth: np.ndarray, options: Sequence[str]) -> np.ndarray:
    """(N, O): 1 for the option that is true, 0 for the others; the number itself without options."""
    if not options:
        return truth[:, None]
    return (truth[:, None] == np.asarray(options)).astype(float)


def _centred_products(training, held_out) -> tuple[np.ndarray, np.ndarray]:
    """Inner products (N, N) and (M, N) about the mean of training, of mean squared length 1."""
    products, held_out_products = (_dense(rows @ training.T) for rows in (training, held_out))
    middle = products.mean(axis=0)
    held_out_products -= held_out_products.mean(axis=1, keepdims=True) + middle - middle.mean()
    products -= middle[:, None] + middle - middle.mean()
    scale = max(np.trace(products) / len(products), 1e-12)
    return products / scale, held_out_products / scale


def _dense(products) -> np.ndarray:
    return np.asarray(products.todense() if hasattr(products, "todense") else products, float)


def _predicted(
    products: np.ndarray, targets: np.ndarray, held_out_products: np.ndarray, penalties: np.ndarray
) -> np.ndarray:
    """What ridge regression predicts (P, M, O) with each of `penalties`."""
    values, vectors = np.linalg.eigh(products)
    middle = targets.mean(axis=0)
    rotated = vectors.T @ (targets - middle)  # (N, O)
    shrunk = rotated / (values.clip(min=0)[:, None] + penalties[:, None, None])  # (P, N, O)
    return middle + (held_out_products @ vectors) @ shrunk


def _search(
    products: np.ndarray, targets: np.ndarray, participants: np.ndarray, classes: bool
) -> tuple[float, float]:
    """The penalty and sharpness that are best for participants who are left out."""
    n_folds = min(N_FOLDS, len(np.unique(participants)))
    if n_folds < 2:
        return 1.0, 5.0
    left_out = np.empty((len(PENALTIES), *targets.shape))
    for train, test in GroupKFold(n_folds).split(targets, groups=participants):
        parts = products[np.ix_(train, train)], targets[train], products[np.ix_(test, train)]
        left_out[:, test] = _predicted(*parts, PENALTIES)
    if not classes:
        errors = np.abs(left_out - targets).mean(axis=(1, 2))
        return PENALTIES[errors.argmin()], 1.0
    losses = np.array(
        [-(log_softmax(s * left_out, axis=2) * targets).sum(axis=2).mean(axis=1) for s in SHARPNESS]
    )  # (S, P)
    sharpest, best = np.unravel_index(losses.argmin(), losses.shape)
    return PENALTIES[best], SHARPNESS[sharpest]
