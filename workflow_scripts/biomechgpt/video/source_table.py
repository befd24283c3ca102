"""Where each trial comes from: what a recogniser of scenes could use, and nothing of the movement."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from biomechgpt.cohort.tables import Cohort, trial_labels
from biomechgpt.files import replacing

WORDS = ("cohort", "camera_view")
NUMBERS = (
    "video_width_px", "video_height_px", "video_frames",
    "box_x", "box_y", "box_width", "box_height",  # of the person, means over the trial, shares of the picture
)  # fmt: skip
SOURCE_COLUMNS = (*WORDS, *NUMBERS)


def source_table(cohorts: Sequence[Cohort]) -> pd.DataFrame:
    """A row a trial: `trial_id`, and those of `WORDS` and `NUMBERS` that trials.tsv has.

    What is no number in a column of numbers counts as not known.
    """
    labels = trial_labels(list(cohorts))
    table = labels[["trial_id", *(name for name in WORDS if name in labels)]].copy()
    for name in NUMBERS:
        if name in labels:
            table[name] = pd.to_numeric(labels[name], errors="coerce")
    return table


def source_numbers(table: pd.DataFrame) -> np.ndarray:
    """`source_table` as numbers (trials, K) float32: a column a word, NaN where a number is not known."""
    words = pd.get_dummies(table[[name for name in table if name in WORDS]].fillna("not known"))
    numbers = table[[name for name in table if name not in (*WORDS, "trial_id")]]
    return np.hstack([words.to_numpy(np.float32), numbers.to_numpy(np.float32)])


def write_source_table(cohorts: Sequence[Cohort], path: os.PathLike) -> None:
    """Write `source_table` as Parquet."""
    with replacing(path) as temporary:
        source_table(cohorts).to_parquet(temporary, index=False)
