"""How fast joints turn in training movements, as their tokens decode."""

from collections.abc import Iterable

import numpy as np

from biomechgpt.tokenizer.coding import decode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer

QUANTILE = 0.999


def fastest_decoded(tokenizer: StoredTokenizer, tokens: Iterable[np.ndarray]) -> np.ndarray:
    """The speed (J,) in rad/s that each joint exceeds in 0.1 % of the frames of decoded movements.

    Of decoded ones, since limits are for what tokens decode to: a jump in a recording is none of theirs.
    """
    steps_rad = [np.abs(np.diff(decode_trial(tokenizer, t), axis=0)) for t in tokens]
    return np.quantile(np.concatenate(steps_rad), QUANTILE, axis=0) * tokenizer.frame_rate_hz
