"""`folds.tsv`, which says of each participant whether it is train, validation or test in each fold."""

import os

import pandas as pd

SPLITS = ("train", "validation", "test")
COLUMNS = ["fold", "participant_id", "split"]


def read_folds(path: str | os.PathLike) -> pd.DataFrame:
    """`folds.tsv` as text; NA and None are names of participants like any other."""
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
