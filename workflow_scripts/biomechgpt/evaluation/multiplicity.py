"""Verdicts that hold for all comparisons of a family together (Holm 1979).

A family is what is read as one claim: one model against another over all tasks, in the headline
measures or in the secondary ones. With m comparisons the smallest p must reach .05 / m, and a
bootstrap of D draws gives no p below 2 / (D + 1): it takes 40 m - 1 draws.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from biomechgpt.evaluation.comparisons import COMPARED
from biomechgpt.evaluation.intervals import LEVEL

# Table: the columns that name a family, beside the rank of the measure.
FAMILIES = {"comparisons": ("split", "variant", "other"), "phrasings": ("variant",)}
HEADLINE = tuple(measures[0] for measures in COMPARED.values())


def draws_needed(n_comparisons: float) -> int:
    """The draws without which no bootstrap can leave a verdict in a family of that size."""
    return math.ceil(2 * n_comparisons / (1 - LEVEL) - 1e-9) - 1


def holm(p: pd.Series) -> pd.Series:
    """Holm's adjusted p of every comparison of a family; NaN is no comparison and stays NaN."""
    ascending = p.dropna().sort_values()
    steps = ascending * np.arange(len(ascending), 0, -1)
    return steps.cummax().clip(upper=1.0).reindex(p.index)


def with_adjusted_verdicts(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The rows with `n_comparisons`, `adjusted_p` and `adjusted_verdict` filled in.

    A family is what agrees in `columns` and in whether `metric` is a headline measure.
    """
    if rows.empty:
        return rows
    family = [*(rows[name] for name in columns), rows["metric"].isin(HEADLINE)]
    p = rows["p"].astype(float).groupby(family, sort=False)
    rows = rows.assign(n_comparisons=p.transform("count").astype(int), adjusted_p=p.transform(holm))
    lost = rows["verdict"].isin(("above", "below")) & (rows["adjusted_p"] > 1 - LEVEL)
    return rows.assign(adjusted_verdict=rows["verdict"].mask(lost, "not distinguishable"))
