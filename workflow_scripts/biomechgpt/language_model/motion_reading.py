"""What a model reads of each movement: `variants.*.motion`, made of tokens and features."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.errors import InputError
from biomechgpt.language_model.motion_input import MotionInput, VideoInput
from biomechgpt.motion_encoder.encoder_folder import StoredEncoder
from biomechgpt.motion_encoder.facts import FactScale
from biomechgpt.motion_encoder.feature_files import MotionFeatures, read_features
from biomechgpt.motion_encoder.words import in_digits, in_words
from biomechgpt.settings.variants_section import MotionReading
from biomechgpt.settings.video_section import VideoSettings
from biomechgpt.tokenizer.tokens import TokenTable
from biomechgpt.video.clip_storage import Clip


class Views(NamedTuple):
    """A movement as it is, and with left and right exchanged."""

    recorded: MotionInput
    mirrored: MotionInput


def motion_input(
    reading: MotionReading,
    codes: np.ndarray,
    features: MotionFeatures | None,
    scale: FactScale | None,
) -> MotionInput:
    """What a model with this `reading` is given of a movement; discrete needs `codes` alone."""
    match reading:
        case "discrete":
            return MotionInput(codes)
        case "continuous":
            return MotionInput(features=features.features)
        case "both":
            return MotionInput(codes, features=features.features)
        case "text":
            return MotionInput(text=in_words(features.facts, scale))
        case "numbers":
            return MotionInput(text=in_digits(features.facts, scale))


def read_motions(
    reading: MotionReading,
    tokens: TokenTable,
    features: Path | None,
    encoder: StoredEncoder | None,
) -> dict[str, Views]:
    """What a model reads of every trial that has tokens.

    Raises:
        InputError: Another encoder than `encoder` made the features.
    """
    views = zip(tokens.tokens, tokens.mirrored, strict=True)
    codes = dict(zip(tokens.trial_ids, views, strict=True))
    if reading == "discrete":
        return {trial: Views(*map(MotionInput, both)) for trial, both in codes.items()}
    table = read_features(features)
    if table.encoder_sha256 != encoder.sha256:
        raise InputError(f"{features} was made by another motion encoder: make it again.")
    return {
        trial: Views(
            motion_input(reading, recorded, table.recorded[trial], encoder.scale),
            motion_input(reading, mirrored, table.mirrored[trial], encoder.scale),
        )
        for trial, (recorded, mirrored) in codes.items()
    }


def with_videos(
    motions: Mapping[str, Views],
    clips: Mapping[str, Clip],
    n_features: int,
    settings: VideoSettings,
) -> dict[str, Views]:
    """`motions` with the scaled videos of their trials.

    The mirrored movement has none: features of a video cannot be mirrored after the fact.
    """
    absent = VideoInput(
        np.empty((0, n_features), np.float32), np.empty(0, np.float32), settings.queries
    )
    shown = {}
    for trial_id, views in motions.items():
        clip = clips.get(trial_id)
        video = (
            absent if clip is None else absent._replace(values=clip.values, times_s=clip.times_s)
        )
        shown[trial_id] = Views(
            views.recorded._replace(video=video), views.mirrored._replace(video=absent)
        )
    return shown
