"""The accepted trials (`trials.parquet`), and in which split of a fold they are."""

import os

import pandas as pd
import pyarrow.parquet as pq

from biomechgpt.splits.folds_file import read_folds


def read_accepted(trials_path: os.PathLike) -> pd.DataFrame:
    """`trials.parquet` as a table, one row an accepted trial."""
    return pq.read_table(trials_path).to_pandas()


def trials_by_split(
    trials_path: os.PathLike, folds_path: os.PathLike, fold: str
) -> dict[str, list[str]]:
    """The accepted trials of each split of one fold, in the order of their ids."""
    folds = read_folds(folds_path).query("fold == @fold")
    trials = read_accepted(trials_path).merge(folds, on="participant_id").sort_values("trial_id")
    return {split: rows["trial_id"].tolist() for split, rows in trials.groupby("split")}
