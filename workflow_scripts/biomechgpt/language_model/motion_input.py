"""What a language model reads of a movement, between the start and the end of the motion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class VideoInput(NamedTuple):
    """Scaled features of the video of a movement; without steps where it is withheld or there is none."""

    values: np.ndarray  # (S, W) float32
    times_s: np.ndarray  # (S,) float32
    n_tokens: int  # soft tokens that learnt queries make of it, whatever S is

    @property
    def is_there(self) -> bool:
        """Whether there is a video to look at."""
        return len(self.values) > 0

    def withheld(self) -> "VideoInput":
        """The same without a step."""
        return self._replace(values=self.values[:0], times_s=self.times_s[:0])


class MotionInput(NamedTuple):
    """Codes, then text, then soft tokens of body and video; which of them, a variant says."""

    codes: Sequence[int] = ()  # of the motion tokenizer
    text: str = ""  # measured kinematics in words or digits
    features: np.ndarray | None = None  # (K, E) float32 of the motion encoder, a soft token each
    video: VideoInput | None = None  # None where the model reads no video

    @property
    def shows_video(self) -> bool:
        """Whether the model sees a video beside the body."""
        return self.video is not None and self.video.is_there

    @property
    def modalities(self) -> str:
        """What of a movement the model sees, in words."""
        return "video and body" if self.shows_video else "body"

    def without_body(self) -> "MotionInput":
        """The video alone; features of the body are 0, of which the projection makes tokens of 0."""
        features = None if self.features is None else np.zeros_like(self.features)
        return MotionInput(features=features, video=self.video)

    def without_video(self) -> "MotionInput":
        """The body alone."""
        return self._replace(video=self.video.withheld())
