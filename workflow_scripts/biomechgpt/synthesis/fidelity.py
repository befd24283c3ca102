"""How like real movements synthetic ones are, in the principal components of rocket features.

All measures compare two sets of equal size: a Fréchet distance of small sets is too large, and equally so.
"""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_predict

N_COMPONENTS = 50
NEIGHBOURS = 3  # whose distance is the radius about a movement (Kynkäänniemi et al. 2019)
N_FOLDS = 5


def principal_components(features: np.ndarray, training: np.ndarray, n_compared: int) -> np.ndarray:
    """Features (N, K) in components (N, D) of the real training rows (N,) bool, each of spread 1.

    There are at most `N_COMPONENTS`, and fewer than movements in a set that is compared.
    """
    n_components = max(1, min(N_COMPONENTS, n_compared - 1, int(training.sum()) - 1))
    pca = PCA(n_components, whiten=True, svd_solver="full").fit(features[training])
    return pca.transform(features)


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """The squared Fréchet distance of two normal distributions fitted to (N, D) and (M, D)."""
    covariances = [np.atleast_2d(np.cov(rows, rowvar=False)) for rows in (first, second)]
    # The trace of the root of a product is the sum of the roots of its eigenvalues.
    shared = np.sqrt(np.linalg.eigvals(covariances[0] @ covariances[1]).real.clip(min=0)).sum()
    between = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    return float(between + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * shared)


def precision_and_recall(real: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Shares of `other` (M, D) within reach of a real one, and of `real` (N, D) within that of another."""
    return _covered(other, real), _covered(real, other)


def _covered(points: np.ndarray, centres: np.ndarray) -> float:
    """The share of points within the distance of a centre to its neighbour of rank `NEIGHBOURS`."""
    rank = min(NEIGHBOURS, len(centres) - 1)
    radii = np.sort(cdist(centres, centres), axis=1)[:, rank]
    return float((cdist(points, centres) <= radii).any(axis=1).mean())


def told_apart(
    real: np.ndarray, other: np.ndarray, real_people: np.ndarray, other_people: np.ndarray
) -> float:
    """How often a classifier tells of a movement of a left-out person from which set it is; .5: by chance.

    The balanced accuracy of a logistic regression, cross-validated with each person, with all that was
    made from the person's movements, in one fold. NaN where a set has fewer than two people.
    """
    people = np.concatenate([real_people, other_people])
    if min(len(set(real_people)), len(set(other_people))) < 2:
        return np.nan
    is_other = np.repeat([0, 1], [len(real), len(other)])
    folds = GroupKFold(min(N_FOLDS, len(set(people))))
    model = LogisticRegression(max_iter=1000, class_weight="balanced")
    answers = cross_val_predict(
        model, np.concatenate([real, other]), is_other, groups=people, cv=folds
    )
    return float(np.mean([(answers == is_other)[is_other == side].mean() for side in (0, 1)]))


def spread_within(points: np.ndarray, labels: np.ndarray) -> float:
    """The mean distance between two movements (N, D) of the same label; NaN where no label has two."""
    distances = cdist(points, points)
    pairs = np.triu(labels[:, None] == labels, 1)
    return float(distances[pairs].mean()) if pairs.any() else np.nan
