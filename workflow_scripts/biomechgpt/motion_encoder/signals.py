"""What a motion encoder sees of a movement: normalised angles, and how fast they change."""

import numpy as np
import torch

from biomechgpt.tokenizer.statistics import Statistics, normalise

LIMIT = 6.0  # spreads
SPEED_SCALE = 0.15  # s: brings speeds to the size of the angles


def signal_of(angles_rad: np.ndarray, statistics: Statistics, frame_rate_hz: float) -> torch.Tensor:
    """(T, 2 J) float32 of angles (T, J) in rad; joints that are missing are 0."""
    angles = normalise(angles_rad, statistics)
    speeds = np.gradient(angles, axis=0) * (frame_rate_hz * SPEED_SCALE)
    both = np.concatenate([angles, speeds], axis=1).clip(-LIMIT, LIMIT)
    return torch.from_numpy(both.astype(np.float32))
