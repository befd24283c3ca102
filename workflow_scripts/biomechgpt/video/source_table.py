"""Where each trial comes from: what a recogniser of scenes could use, and nothing of the movement."""

import os
from collections.abc import Sequence

import pandas as pd

from biomechgpt.cohort.tables import Cohort, trial_labels
from biomechgpt.files import replacing
from biomechgpt.video.source_numbers import NUMBERS, VIDEO, WORDS


def source_table(cohorts: Sequence[Cohort]) -> pd.DataFrame:
    """A row a trial: `trial_id`, those of `WORDS` and `NUMBERS` that trials.tsv has, and `video_id`.

    What is no number in a column of numbers counts as not known.
    """
    labels = trial_labels(list(cohorts))
    table = labels[["trial_id", *(name for name in WORDS if name in labels)]].copy()
    for name in NUMBERS:
        if name in labels:
            table[name] = pd.to_numeric(labels[name], errors="coerce")
    if VIDEO in labels:
        table[VIDEO] = labels[VIDEO]
    return table


def write_source_table(cohorts: Sequence[Cohort], path: os.PathLike) -> None:
    """Write `source_table` as Parquet."""
    with replacing(path) as temporary:
        source_table(cohorts).to_parquet(temporary, index=False)
