"""What raters think of each arm, whether arms differ, whether synthetic movement is told from original."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from biomechgpt.evaluation.intervals import LEVEL, verdict
from biomechgpt.evaluation.multiplicity import holm
from biomechgpt.study.crossed_bootstrap import CrossedMean, crossed_mean
from biomechgpt.study.rating_scores import as_tables, original_told, scales_of
from biomechgpt.study.study_folder import Study

TOO_FEW = "too few raters or items"
NOT_DISTINGUISHABLE = "not distinguishable"
TOLD = {
    "above": "told apart",
    "below": "synthetic taken for original",
    NOT_DISTINGUISHABLE: "not told apart",
    "not estimable": "not estimable",
}
SIZE = ["n_items", "n_raters", "n_scores"]


def arm_means(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """The mean score of each arm on each scale; on `best` the share of items on which it is best."""
    rows = []
    for scale in scales_of(study):
        for arm, table in as_tables(scores, scale, study.arms).items():
            mean = crossed_mean(table.values, study.bootstrap_draws, study.seed)
            rows.append({"scale": scale, "arm": arm, **mean._asdict()})
    columns = ["scale", "arm", "value", "low", "high", *SIZE]
    return pd.DataFrame(rows, columns=columns)


def contrasts(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Each pair of arms on each scale: the mean difference within items and raters.

    The p of all contrasts are adjusted together by Holm's method.
    """
    rows, enough = [], []
    for scale in scales_of(study):
        tables = as_tables(scores, scale, study.arms)
        for arm, other in combinations(study.arms, 2):
            within = tables[arm].values - tables[other].values
            mean = crossed_mean(within, study.bootstrap_draws, study.seed)
            rows.append({"scale": scale, "arm": arm, "other": other, **mean._asdict()})
            enough.append(mean.enough)
    columns = ["scale", "arm", "other", "value", "low", "high", "p", *SIZE]
    table = pd.DataFrame(rows, columns=columns).rename(columns={"value": "difference"})
    adjusted = holm(table["p"].astype(float))
    verdicts = [
        _verdict(row.low, row.high, p, is_enough)
        for row, p, is_enough in zip(table.itertuples(), adjusted, enough, strict=True)
    ]
    return table.assign(n_comparisons=adjusted.count(), adjusted_p=adjusted, verdict=verdicts)


def _verdict(low: float, high: float, p: float, enough: bool) -> str:
    if not enough:
        return TOO_FEW
    said = verdict((low, high))
    return NOT_DISTINGUISHABLE if said in ("above", "below") and p > 1 - LEVEL else said


def sensitivity(scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How often the original of a pair is told, by each rater (exact interval) and by all together.

    `d_prime` is that of a forced choice between two; half are told by guessing.
    """
    told = original_told(scores)
    rows = []
    for rater, values in zip(told.raters, told.values.T, strict=True):
        values = values[np.isfinite(values)]
        ends = stats.binomtest(int(values.sum()), len(values)).proportion_ci()
        rows.append({"rater": rater, **_sensitivity(values.mean(), *ends), "n_items": len(values)})
    if rows:
        mean = crossed_mean(told.values, study.bootstrap_draws, study.seed, null=0.5)
        together = _sensitivity(mean.value, mean.low, mean.high)
        rows.append({"rater": "all", **together, "n_items": mean.n_items, "verdict": _told(mean)})
    columns = ["rater", "told", "low", "high", "d_prime", "d_low", "d_high", "n_items", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _sensitivity(share: float, low: float, high: float) -> dict[str, float]:
    d_primes = np.sqrt(2) * stats.norm.ppf([share, low, high])
    names = ("told", "low", "high", "d_prime", "d_low", "d_high")
    return dict(zip(names, (share, low, high, *d_primes), strict=True))


def _told(mean: CrossedMean) -> str:
    if not mean.enough:
        return TOO_FEW
    return TOLD[verdict((mean.low - 0.5, mean.high - 0.5))]
