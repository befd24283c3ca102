"""How raters agree, with each other and with themselves, and whether they see what is wrong."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from biomechgpt.evaluation.intervals import interval, participant_weights
from biomechgpt.study.agreement_coefficients import (
    category_counts,
    fleiss_kappa,
    gwet_ac,
    intraclass_correlation,
    krippendorff_alpha,
    quadratic_weights,
)
from biomechgpt.study.dealing import FIRST, REPEAT
from biomechgpt.study.form_pages import BEST, CANNOT_JUDGE, HIGHEST, LOWEST, WHICH_ORIGINAL
from biomechgpt.study.rating_scores import as_tables, original_told
from biomechgpt.study.study_folder import LURE, REGULAR, Study

N_STEPS = HIGHEST - LOWEST + 1


def agreement(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Every coefficient of each scale, with its interval; none of what fewer than two raters rated."""
    rows = []
    for scale in study.scales:
        rows += _of_scale(scores, scale, study)
    if len(study.arms) > 1:
        rows += _of_choice(BEST, _best_arm(scores, study), len(study.arms), study)
    rows += _of_choice(WHICH_ORIGINAL, original_told(scores).values, 2, study)
    columns = ["scale", "coefficient", "value", "low", "high", "n_units", "n_raters"]
    return pd.DataFrame(rows, columns=columns)


def _of_scale(scores: pd.DataFrame, scale: str, study: Study) -> list[tuple]:
    """Ordinal coefficients; a unit is an explanation, and items are what is resampled."""
    tables = as_tables(scores, scale, study.arms)
    ratings = np.concatenate([table.values for table in tables.values()])  # (arms x items, R)
    if not _is_rated_by_two(ratings):
        return []
    complete = ratings[np.isfinite(ratings).all(axis=1)]
    icc, n_raters = intraclass_correlation(complete), ratings.shape[1]
    size = (len(complete), n_raters)
    rows = [
        (scale, "ICC(2,1)", icc.single, *icc.single_interval, *size),
        (scale, "ICC(2,k)", icc.mean, *icc.mean_interval, *size),
    ]
    counts = category_counts(ratings - LOWEST, N_STEPS)
    n_items = len(ratings) // len(study.arms)
    draws = np.tile(_draws(n_items, study), len(study.arms))
    drawn = {
        "Krippendorff alpha, ordinal": krippendorff_alpha(counts, draws, True),
        "Gwet AC2, quadratic weights": gwet_ac(counts, draws, quadratic_weights(N_STEPS)),
        "Fleiss kappa": fleiss_kappa(counts, draws),
        "Gwet AC1": gwet_ac(counts, draws, np.eye(N_STEPS)),
    }
    return rows + _with_intervals(scale, drawn, counts, n_items, n_raters)


def _of_choice(scale: str, ratings: np.ndarray, n_categories: int, study: Study) -> list[tuple]:
    """Nominal coefficients of choices (items, raters)."""
    if not _is_rated_by_two(ratings):
        return []
    counts, draws = category_counts(ratings, n_categories), _draws(len(ratings), study)
    drawn = {
        "Fleiss kappa": fleiss_kappa(counts, draws),
        "Gwet AC1": gwet_ac(counts, draws, np.eye(n_categories)),
        "Krippendorff alpha, nominal": krippendorff_alpha(counts, draws, False),
    }
    return _with_intervals(scale, drawn, counts, len(ratings), ratings.shape[1])


def _is_rated_by_two(ratings: np.ndarray) -> bool:
    return bool((np.isfinite(ratings).sum(axis=1) > 1).any())


def _draws(n_items: int, study: Study) -> np.ndarray:
    """All items once, then the bootstrap draws (1 + D, N)."""
    weights = participant_weights(n_items, study.bootstrap_draws, study.seed)
    return np.concatenate([np.ones((1, n_items)), weights])


def _with_intervals(
    scale: str, drawn: dict[str, np.ndarray], counts: np.ndarray, n_items: int, n_raters: int
) -> list[tuple]:
    n_units = int((counts.sum(axis=1) > 1).sum())
    n_shared = min(n_items, n_units)  # an item that a single rater saw says nothing
    return [
        (scale, name, float(values[0]), *interval(values[1:], n_shared), n_units, n_raters)
        for name, values in drawn.items()
    ]


def _best_arm(scores: pd.DataFrame, study: Study) -> np.ndarray:
    """The place of the arm that is best (items, raters), NaN where nobody said."""
    tables = as_tables(scores, BEST, study.arms)
    told = np.stack([table.values for table in tables.values()])  # (arms, items, raters)
    return np.where(np.isfinite(told).all(axis=0), told.argmax(axis=0), np.nan)


def intra_rater(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How each rater agrees with itself where an item came twice.

    Weighted kappa (quadratic) of scales, plain kappa of choices; empty where one value alone occurs.
    """
    rows = scores[
        (scores["role"] == REGULAR) & ((scores["scale"] != BEST) | (scores["value"] == 1))
    ]
    place = {arm: number for number, arm in enumerate(study.arms)}
    is_best = rows["scale"] == BEST  # one rating an item: the place of the best arm
    rows = rows.assign(
        value=rows["value"].mask(is_best, rows["arm"].map(place)),
        arm=rows["arm"].mask(is_best, ""),
    ).set_index(["rater", "scale", "name", "arm"])
    both = [rows.loc[rows["time"] == time, "value"] for time in (FIRST, REPEAT)]
    pairs = pd.concat(both, axis=1, keys=[FIRST, REPEAT], join="inner").dropna()
    lines = []
    for (rater, scale), values in pairs.groupby(level=["rater", "scale"]):
        equal = float((values[FIRST] == values[REPEAT]).mean())
        kappa = np.nan
        if len(np.unique(values)) > 1:
            weights = None if scale in (BEST, WHICH_ORIGINAL) else "quadratic"
            kappa = cohen_kappa_score(*values.astype(int).to_numpy().T, weights=weights)
        lines.append((rater, scale, len(values), equal, kappa))
    return pd.DataFrame(lines, columns=["rater", "scale", "n", "equal", "kappa"])


def lures_caught(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Of each rater the lures whose mean over the scales lies below the median of its explanations.

    The interval is the exact binomial one. Half of them are caught by chance.
    """
    on_scales = scores[scores["scale"].isin(list(study.scales)) & (scores["time"] == FIRST)]
    means = on_scales.groupby(["rater", "role", "name", "arm"])["value"].mean()
    lines = []
    for rater, own in means.groupby(level="rater"):
        if LURE not in own.index.get_level_values("role"):
            continue
        by_role = own.droplevel("rater")
        usual, lures = by_role[REGULAR].median(), by_role[LURE].dropna()
        caught = int((lures < usual).sum())
        ends = (
            stats.binomtest(caught, len(lures)).proportion_ci() if len(lures) else (np.nan, np.nan)
        )
        lines.append((rater, len(lures), caught, *ends))
    return pd.DataFrame(lines, columns=["rater", "lures", "caught", "low", "high"])


def rater_table(ratings: pd.DataFrame, study: Study) -> pd.DataFrame:
    """A row a person who rated: items, ratings, share that could not be judged, seconds an item (median)."""
    times = study.key[["rater", "item", "time"]].drop_duplicates()
    items = ratings.drop_duplicates(["rater", "item"]).merge(times, on=["rater", "item"])
    items = items.assign(seconds=pd.to_numeric(items["seconds"], errors="coerce"))
    on_scales = ratings[ratings["slot"] != ""]
    cannot_judge = (on_scales["value"] == CANNOT_JUDGE).groupby(on_scales["rater"]).mean()
    table = pd.DataFrame(
        {
            "items": (items["time"] == FIRST).groupby(items["rater"]).sum(),
            "repeats": (items["time"] == REPEAT).groupby(items["rater"]).sum(),
            "ratings": ratings.groupby("rater").size(),
            "cannot_judge": cannot_judge,
            "median_s": items.groupby("rater")["seconds"].median(),
        }
    )
    return table.reset_index(names="rater")
