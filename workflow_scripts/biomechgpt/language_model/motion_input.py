"""What a language model reads of a movement, between the start and the end of the motion."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class MotionInput(NamedTuple):
    """Codes, then text, then soft tokens; which of them a model reads is its `variants.*.motion`."""

    codes: Sequence[int] = ()  # of the motion tokenizer
    text: str = ""  # measured kinematics in words or digits
    features: np.ndarray | None = None  # (K, E) float32 of the motion encoder, a soft token each
