"""Features of videos as a model reads them: scaled by the training people of a fold."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import load_file, save_file

from biomechgpt.errors import InputError
from biomechgpt.files import file_sha256, replacing
from biomechgpt.settings.feature_source import FeatureSource, differences
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.video.clip_files import read_written_clips, write_clips
from biomechgpt.video.clips import Clip

SCALING, SOURCE, CLIPS = "scaling.safetensors", "source.json", "clips.parquet"
STEPS_FITTED = 20_000  # that the principal components are computed from, spread over all
LEAST_SPREAD = 1e-6


class VideoScaling(NamedTuple):
    """Features -> principal components of mean square 1 over the training people."""

    mean: np.ndarray  # (W,)
    spread: np.ndarray  # (W,), 0 where a feature is constant
    components: np.ndarray  # (W, C)

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """(S, W) -> (S, C) float32."""
        varies = self.spread > LEAST_SPREAD
        standard = np.where(varies, (values - self.mean) / np.where(varies, self.spread, 1.0), 0.0)
        return (standard @ self.components).astype(np.float32)


class StoredVideos(NamedTuple):
    """What scaled the videos of a fold or of a model, and of which kind they are."""

    scaling: VideoScaling
    source: FeatureSource
    sha256: str = ""  # of the file of the scaling, once it is written

    @property
    def n_features(self) -> int:
        """Numbers a step, as a model reads them."""
        return self.scaling.components.shape[1]

    def scaled(self, clip: Clip, name: str) -> Clip:
        """A clip as the model reads it; `name` says whose it is.

        Raises:
            InputError: It is of another encoder, revision, layer, pooling, crop or width.
        """
        if other := differences(clip.source, self.source):
            raise InputError(
                f"{name}: its video features are of another kind than those that the model learnt from: "
                f"{other}. Encode the video as docs/video.md says, with {self.source.encoder}."
            )
        return clip._replace(values=self.scaling.scaled(clip.values))


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


def save_videos(folder: Path, stored: StoredVideos) -> None:
    """Write scaling and source to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {k: np.ascontiguousarray(v) for k, v in stored.scaling._asdict().items()}, folder / SCALING
    )
    (folder / SOURCE).write_text(stored.source.model_dump_json(indent=1))


def load_videos(folder: Path) -> StoredVideos:
    """What `save_videos` wrote."""
    scaling = VideoScaling(**load_file(folder / SCALING))
    source = FeatureSource.model_validate_json((folder / SOURCE).read_bytes())
    return StoredVideos(scaling, source, file_sha256(folder / SCALING))


def load_scaled_clips(folder: Path) -> dict[str, Clip]:
    """The scaled clips of a fold, by trial id."""
    return read_written_clips(folder / CLIPS)


def read_scaled(folder: Path, stored: StoredVideos) -> dict[str, Clip]:
    """The scaled clips of a fold for the model that `stored` belongs to.

    Raises:
        InputError: Another scaling made them.
    """
    if file_sha256(folder / SCALING) != stored.sha256:
        raise InputError(f"{folder} was scaled for another model: make it again.")
    return load_scaled_clips(folder)
