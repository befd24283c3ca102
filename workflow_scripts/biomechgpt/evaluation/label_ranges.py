"""How far the labels of numbers spread that a model learnt from."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

MIDDLE = (0.05, 0.95)


def label_ranges(questions: Sequence[os.PathLike]) -> dict[str, float]:
    """By task the width of the middle 90 % of the training labels, in its unit; median of the files."""
    columns = ["task", "split", "truth_number"]
    widths = []
    for path in questions:
        rows = pd.read_parquet(path, columns=columns).query("split == 'train'")
        numbers = rows.dropna().groupby("task")["truth_number"]
        low, high = map(numbers.quantile, MIDDLE)
        widths.append(high - low)
    together = pd.concat(widths) if widths else pd.Series(dtype=np.float64)
    return together.groupby(level=0).median().to_dict()
