"""Where trials come from, as numbers that a recogniser of scenes could use."""

import numpy as np
import pandas as pd

VIDEO = "video_id"  # column of trials.tsv: the video that a trial is cut from
WORDS = ("cohort", "camera_view")
NUMBERS = (
    "video_width_px", "video_height_px", "video_frames",
    "box_x", "box_y", "box_width", "box_height",  # of the person, means over the trial, shares of the picture
)  # fmt: skip
SOURCE_COLUMNS = (*WORDS, *NUMBERS, VIDEO)


def source_numbers(table: pd.DataFrame) -> np.ndarray:
    """`source_table` as numbers (trials, K) float32: a column a word, NaN where a number is not known.

    Which video it is stays out: no test trial has one of training."""
    words = pd.get_dummies(table[[name for name in table if name in WORDS]].fillna("not known"))
    numbers = table[[name for name in table if name in NUMBERS]]
    return np.hstack([words.to_numpy(np.float32), numbers.to_numpy(np.float32)])
