"""Ratings joined with the key: what was said of which arm, as numbers."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.study.dealing import FIRST
from biomechgpt.study.form_pages import BEST, CANNOT_JUDGE, WHICH_ORIGINAL
from biomechgpt.study.movement_pairs import ORIGINAL
from biomechgpt.study.rating_files import Ratings
from biomechgpt.study.study_folder import REGULAR, Study

COLUMNS = ["rater", "name", "time", "role", "arm", "scale", "value"]


class Table(NamedTuple):
    """Scores of one arm and scale, (items, raters), NaN where there is none."""

    values: np.ndarray
    items: list[str]
    raters: list[str]


def scores_of(ratings: Ratings, study: Study) -> pd.DataFrame:
    """A row a score, with `COLUMNS`.

    A step of a scale is its number, NaN where it could not be judged; the best explanation has 1 on the
    scale `best` and the others 0; in a pair the arm `original` has 1 where it was told, else 0.
    """
    of_slots = ratings.rows[ratings.rows["slot"] != ""]
    judged = of_slots["value"].where(of_slots["value"] != CANNOT_JUDGE)
    steps = of_slots.assign(value=pd.to_numeric(judged)).merge(
        study.key, on=["rater", "item", "slot"]
    )
    of_items = ratings.rows[ratings.rows["slot"] == ""].drop(columns="slot")
    choices = of_items.merge(study.key, on=["rater", "item"])
    choices = choices.assign(value=(choices["value"] == choices["slot"]).astype(float))
    told = (choices["scale"] == BEST) | (choices["arm"] == ORIGINAL)
    return pd.concat([steps, choices[told]], ignore_index=True)[COLUMNS]


def first_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores that results are made of: neither lures, nor what stands beside them, nor repeats."""
    return scores[(scores["time"] == FIRST) & (scores["role"] == REGULAR)]


def as_tables(scores: pd.DataFrame, scale: str, arms: Sequence[str]) -> dict[str, Table]:
    """By arm the first scores on a scale, all with the same items and raters."""
    rows = first_scores(scores).query("scale == @scale")
    items, raters = sorted(rows["name"].unique()), sorted(rows["rater"].unique())
    tables = {}
    for arm in arms:
        own = rows[rows["arm"] == arm].set_index(["name", "rater"])["value"].unstack()
        values = own.reindex(index=items, columns=raters).to_numpy(float)
        tables[arm] = Table(values, items, raters)
    return tables


def scales_of(study: Study) -> list[str]:
    """The scales on which arms are compared."""
    return [*study.scales, BEST] if len(study.arms) > 1 else list(study.scales)


def original_told(scores: pd.DataFrame) -> Table:
    """Whether the original of each pair was told from the synthetic movement."""
    return as_tables(scores, WHICH_ORIGINAL, [ORIGINAL])[ORIGINAL]
