"""XGBoost, its parameters searched at random with each participant kept in one fold.

BiomechGPT (arXiv 2505.18465, section 4.1) searches with 3-fold cross-validation on token
histograms and does not say whether its folds divide participants.
"""

import logging
import warnings
from collections.abc import Sequence

import numpy as np
import xgboost
from scipy.stats import loguniform, randint, uniform
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.model_selection import GroupKFold, RandomizedSearchCV

from biomechgpt.baselines.task_examples import Examples, Predictions, most_likely

log = logging.getLogger(__name__)
# Ranges as usual for XGBoost on a few hundred rows; the paper gives none.
SEARCH_SPACE = {
    "n_estimators": randint(40, 200),
    "max_depth": randint(2, 7),
    "learning_rate": loguniform(0.03, 0.3),
    "subsample": uniform(0.5, 0.5),
    "colsample_bytree": uniform(0.2, 0.6),
    "min_child_weight": randint(1, 6),
    "reg_lambda": loguniform(0.1, 10.0),
}

# On gait features these did as well as the best of a search of 10, which takes 20 times as long.
USUAL = {
    "n_estimators": 150,
    "max_depth": 4,
    "learning_rate": 0.08,
    "subsample": 0.8,
    "colsample_bytree": 0.3,
}
FIXED = {"tree_method": "hist", "max_bin": 32, "verbosity": 0}


class LabelledClassifier(xgboost.XGBClassifier):
    """XGBoost that takes text labels, also when a fold lacks some of them."""

    def fit(self, features: np.ndarray, labels: np.ndarray, **kwargs) -> "LabelledClassifier":
        self.labels_, codes = np.unique(labels, return_inverse=True)
        return super().fit(features, codes, **kwargs)

    def predict(self, features: np.ndarray, **kwargs) -> np.ndarray:
        return self.labels_[super().predict_proba(features, **kwargs).argmax(axis=1)]


def search_parameters(training: Examples, n_searches: int, n_folds: int, seed: int) -> dict:
    """The best of `n_searches` random settings by grouped cross-validation on training rows.

    Classifications maximise weighted F1, regressions minimise the absolute error. With fewer
    participants than folds there is nothing to validate on and XGBoost's own settings are kept.
    """
    n_folds = min(n_folds, len(np.unique(training.participants)))
    if n_folds < 2 or len(np.unique(training.truth)) < 2:
        return {}
    classification = training.truth.dtype.kind == "U"
    search = RandomizedSearchCV(
        _model({}, classification, seed),
        SEARCH_SPACE,
        n_iter=n_searches,
        scoring="f1_weighted" if classification else "neg_mean_absolute_error",
        cv=GroupKFold(n_folds),
        random_state=seed,
        refit=False,
        error_score="raise",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        search.fit(training.features, training.truth, groups=training.participants)
    log.info("best of %d: %.3f with %s", n_searches, search.best_score_, search.best_params_)
    return {name: np.asarray(value).item() for name, value in search.best_params_.items()}


def _model(parameters: dict, classification: bool, seed: int) -> xgboost.XGBModel:
    kind = LabelledClassifier if classification else xgboost.XGBRegressor
    return kind(**FIXED, **parameters, random_state=seed)


def predict(
    training: Examples, held_out: Examples, options: Sequence[str], parameters: dict, seed: int
) -> Predictions:
    """Fit on `training` and answer for `held_out`.

    An option that training never saw has probability 0; `options` is empty for a regression.
    """
    if not options:
        model = _model(parameters, False, seed).fit(training.features, training.truth)
        return model.predict(held_out.features).astype(float), None
    probabilities = np.zeros((len(held_out.truth), len(options)))
    seen = np.unique(training.truth)
    columns = [list(options).index(label) for label in seen]
    if len(seen) == 1:
        probabilities[:, columns] = 1.0
    else:
        model = _model(parameters, True, seed).fit(training.features, training.truth)
        probabilities[:, columns] = model.predict_proba(held_out.features)
    return most_likely(probabilities, options)
