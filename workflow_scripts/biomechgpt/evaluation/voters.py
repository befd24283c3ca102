"""Whose trials vote together: those of a participant, or those that share a label such as a walk."""

import pandas as pd

from biomechgpt.errors import InputError


def with_voters(predictions: pd.DataFrame, labels: pd.DataFrame, column: str) -> pd.DataFrame:
    """The predictions with a column `voter`: trials of a participant with one label in `column`.

    A trial without that label votes alone.

    Args:
        predictions: With `trial_id` and `participant_id`.
        labels: A row a trial, as `cohort.tables.trial_labels` makes it.
        column: `evaluate.vote_by`.

    Raises:
        InputError: No table has the column.
    """
    if column not in labels:
        known = ", ".join(sorted(labels.columns))
        raise InputError(f"evaluate.vote_by: no table has the column {column}; there are {known}.")
    own = labels.set_index("trial_id")[column]
    label = predictions["trial_id"].map(own)
    voter = predictions["participant_id"] + "\t" + label.fillna(predictions["trial_id"])
    return predictions.assign(voter=voter)
