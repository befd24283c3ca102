"""Features of videos as a model reads them: scaled by the training people of a fold."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import load_file, save_file

from biomechgpt.errors import InputError
from biomechgpt.files import file_sha256
from biomechgpt.settings.feature_source import FeatureSource, differences
from biomechgpt.video.clip_storage import Clip, read_written_clips

SCALING, SOURCE, CLIPS = "scaling.safetensors", "source.json", "clips.parquet"
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
