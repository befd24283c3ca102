"""The table of questions that a model is trained on or asked."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from biomechgpt.errors import InputError


def read_questions(path: Path, splits: Sequence[str]) -> pd.DataFrame:
    """The questions of `splits`; InputError where there are none."""
    questions = pd.read_parquet(path)
    questions = questions[questions["split"].isin(splits)]
    if questions.empty:
        raise InputError(
            f"{path}: no questions of {' or '.join(splits)}; look at folds.tsv and labels."
        )
    return questions
