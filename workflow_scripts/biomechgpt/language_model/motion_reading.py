"""What a model reads of each movement: `variants.*.motion`, made of tokens and features."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.errors import InputError
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.motion_encoder.encoder_folder import StoredEncoder
from biomechgpt.motion_encoder.facts import FactScale
from biomechgpt.motion_encoder.feature_files import MotionFeatures, read_features
from biomechgpt.motion_encoder.words import in_digits, in_words
from biomechgpt.settings.variants_section import MotionReading
from biomechgpt.tokenizer.tokens import TokenTable


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
