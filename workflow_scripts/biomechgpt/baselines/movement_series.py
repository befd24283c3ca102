"""Movements as networks read them: joint angles or joint centres, frame by frame."""

import os
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features
from biomechgpt.body.frames import read_trials
from biomechgpt.body.kinematics import upright_positions

EVERY = 2  # of so many frames one is read: gait has little above 6 Hz
LEAST_SPREAD = 1e-6  # of a channel that says something


def movement_series(
    paths: Sequence[os.PathLike], training: Collection[str], centres: bool
) -> Features:
    """The frames of each trial, standardised over the frames of `training`.

    Args:
        paths: Joint angles, a file a shard.
        training: Trials whose mean and spread standardise all.
        centres: Whether joint centres are given instead of joint angles. The body has one size and an
            upright pelvis that stays where it is, as joint angles know neither.

    Returns:
        `values` (trials,) of arrays (T, C) float32; a joint that a trial lacks is 0, the mean.
    """
    series = {}
    for path in paths:
        for trial in read_trials(path):
            frames = trial.frames[::EVERY]
            series[trial.info["trial_id"]] = joint_centres_m(frames) if centres else frames
    known = np.concatenate([series[trial_id] for trial_id in series if trial_id in training])
    mean, spread = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    live = spread > LEAST_SPREAD
    values = np.empty(len(series), object)
    for place, frames in enumerate(series.values()):
        scaled = (frames[:, live] - mean[live]) / spread[live]
        values[place] = np.nan_to_num(scaled).astype(np.float32)
    return Features(pd.Index(series), values)


def joint_centres_m(angles_rad: np.ndarray) -> np.ndarray:
    """Positions (T, 3 P) in m of the points of the body from joint angles (T, 34), pelvis upright."""
    return np.concatenate(list(upright_positions(angles_rad).values()), axis=1)
