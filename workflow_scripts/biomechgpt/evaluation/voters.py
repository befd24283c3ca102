"""Whose trials vote together: those of a participant, or those that share a label such as a walk."""

from collections.abc import Sequence

import pandas as pd

from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.errors import InputError


def with_voters(
    predictions: pd.DataFrame, cohorts: Sequence[dict], column: str | None
) -> pd.DataFrame:
    """The predictions with a column `voter`: trials of a participant with one label in `column`.

    A trial without that label votes alone.

    Args:
        predictions: With `trial_id` and `participant_id`.
        cohorts: The entries of the config, each with its path; read only for a label.
        column: `evaluate.vote_by`; None: all trials of a participant vote together.

    Raises:
        InputError: No table has the column.
    """
    if column is None:
        return predictions.assign(voter=predictions["participant_id"])
    labels = trial_labels(read_cohorts(list(cohorts)))
    if column not in labels:
        known = ", ".join(sorted(labels.columns))
        raise InputError(f"evaluate.vote_by: no table has the column {column}; there are {known}.")
    own = labels.set_index("trial_id")[column]
    label = predictions["trial_id"].map(own)
    voter = predictions["participant_id"] + "\t" + label.fillna(predictions["trial_id"])
    return predictions.assign(voter=voter)
