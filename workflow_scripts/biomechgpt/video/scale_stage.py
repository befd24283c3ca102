"""The stage that scales the videos of a fold by its training people."""

import os
from collections.abc import Collection
from pathlib import Path

import numpy as np

from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.video.clip_storage import Clip, read_written_clips, write_clips
from biomechgpt.video.scaled_videos import (
    CLIPS,
    LEAST_SPREAD,
    StoredVideos,
    VideoScaling,
    save_videos,
)

STEPS_FITTED = 20_000  # that the principal components are computed from, spread over all


def fit_scaling(training: Collection[Clip], n_components: int) -> VideoScaling:
    """Mean, spread and principal components of the steps of `training`."""
    steps = np.concatenate([clip.values for clip in training]).astype(np.float64)
    steps = steps[:: 1 + len(steps) // STEPS_FITTED]
    mean, spread = steps.mean(axis=0), steps.std(axis=0)
    n_features = steps.shape[1]
    unrotated = VideoScaling(mean, spread, np.eye(n_features))
    _, lengths, directions = np.linalg.svd(unrotated.scaled(steps), full_matrices=False)
    n_kept = min(n_components, len(directions))
    size = np.sqrt((lengths[:n_kept] ** 2).sum() / len(steps) / n_kept)
    components = directions[:n_kept].T / max(size, LEAST_SPREAD)
    return VideoScaling(*(part.astype(np.float32) for part in (mean, spread, components)))


def scale_videos(
    clips_path: os.PathLike,
    trials_path: os.PathLike,
    folds_path: os.PathLike,
    fold: str,
    n_components: int,
    folder: Path,
) -> None:
    """Write the scaling of a fold, fitted on its training people alone, and all clips scaled by it.

    Raises:
        InputError: No training participant has a video.
    """
    clips = read_written_clips(clips_path)
    training = trials_by_split(trials_path, folds_path, fold).get("train", [])
    fitted = [clips[trial_id] for trial_id in training if trial_id in clips]
    if not fitted:
        raise InputError(f"No training participant of fold {fold} has a video that can be used.")
    stored = StoredVideos(fit_scaling(fitted, n_components), fitted[0].source)
    with replacing(folder) as temporary:
        save_videos(temporary, stored)
        scaled = {trial_id: stored.scaled(clip, trial_id) for trial_id, clip in clips.items()}
        write_clips(temporary / CLIPS, scaled)
