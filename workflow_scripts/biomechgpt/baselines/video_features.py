"""What baselines see of videos: where a trial comes from, and features pooled over time."""

import os
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features, standardise
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.video.scaled_videos import load_scaled_clips
from biomechgpt.video.source_numbers import source_numbers

LENGTHS = ["duration_s", "source_rate_hz"]  # of the recording
BANDS = 8  # of the spectrum over time, from the slowest on


def source_features(trials_path: os.PathLike, sources_path: os.PathLike) -> Features:
    """Cohort, camera, size and length of the video, box of the person, length and rate of the recording."""
    table = pd.read_parquet(sources_path).set_index("trial_id", drop=False)
    trials = read_accepted(trials_path).set_index("trial_id")
    numbers = source_numbers(table.loc[trials.index])
    return Features(trials.index, np.hstack([numbers, trials[LENGTHS].to_numpy(np.float32)]))


def video_summaries(videos: os.PathLike, training: Collection[str]) -> Features:
    """Mean, spread and spectrum over time of each scaled feature, standardised on training trials."""
    clips = load_scaled_clips(Path(videos))
    trial_ids = pd.Index(list(clips))
    summaries = np.stack([_summary(clip.values) for clip in clips.values()])
    return Features(trial_ids, standardise(summaries, trial_ids.isin(training)))


def _summary(values: np.ndarray) -> np.ndarray:
    """Features over time (S, C) as a row of (2 + BANDS) * C numbers."""
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spectrum = np.abs(np.fft.rfft(values - mean, axis=0)) / len(values)
    bands = [band.mean(axis=0) for band in np.array_split(spectrum[1:], BANDS) if len(band)]
    bands += [np.zeros_like(mean)] * (BANDS - len(bands))
    return np.concatenate([mean, spread, *bands])
