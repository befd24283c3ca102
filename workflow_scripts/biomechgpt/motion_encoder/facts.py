"""What kinematics measure of a movement, as the numbers that a motion encoder learns to tell."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.body.gait_measures import gait_features
from biomechgpt.body.measured_labels import movement_time_s

MEASURED_SHARE = 0.3  # of the training movements that must have a fact for it to be learnt
SPREADS = 4.0  # from the mean, beyond which a fact is cut off
FARTHEST_BUMP, BUMP = 3.5, 0.12  # spreads: where the last bump stands, and how wide each is
LEAST_LENGTH = 1e-3  # of the bumps of a fact far outside
DECILES = np.arange(0.1, 0.95, 0.1)


class FactScale(NamedTuple):
    """The facts that are learnt, and how they are distributed over the training movements."""

    names: list[str]
    mean: np.ndarray  # (F,)
    spread: np.ndarray  # (F,)
    deciles: np.ndarray  # (F, 9)


def measured_facts(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, float]:
    """Facts by name of angles (T, 34) in rad; NaN where a joint is missing or nobody walks."""
    facts = gait_features(joint_angles_rad, frame_rate_hz)
    return facts | {"movement_time_s": movement_time_s(joint_angles_rad, frame_rate_hz)}


def fit_scale(facts: Sequence[dict[str, float]]) -> FactScale:
    """Distribution of the facts that enough training movements have and that differ between them."""
    names = list(facts[0])
    values = np.array([[row[name] for name in names] for row in facts], np.float64)
    measured = np.isfinite(values).mean(0) > MEASURED_SHARE
    values, names = (
        values[:, measured],
        [n for n, kept in zip(names, measured, strict=True) if kept],
    )
    spread = np.nanstd(values, 0)
    differs = spread > 1e-9
    values, names = values[:, differs], [n for n, kept in zip(names, differs, strict=True) if kept]
    deciles = np.nanquantile(values, DECILES, axis=0).T
    return FactScale(names, np.nanmean(values, 0), spread[differs], deciles)


def scaled(facts: dict[str, float], scale: FactScale) -> np.ndarray:
    """The facts (F,) float32 with mean 0 and spread 1 over training movements, NaN where unknown."""
    values = np.array([facts[name] for name in scale.names])
    return ((values - scale.mean) / scale.spread).clip(-SPREADS, SPREADS).astype(np.float32)


def as_bumps(facts: np.ndarray, n_bumps: int) -> np.ndarray:
    """Scaled facts (F,) as (F, `n_bumps`) float32: how near each lies to one of so many values.

    A language model reads a number from these as from a table; from one long or short vector it would
    have to learn where each digit begins.
    """
    values = np.linspace(-FARTHEST_BUMP, FARTHEST_BUMP, n_bumps)
    bumps = np.exp(-0.5 * np.square((facts[:, None] - values) / BUMP))
    length = np.sqrt(np.square(bumps).mean(1, keepdims=True))
    return (bumps / np.maximum(length, LEAST_LENGTH)).astype(np.float32)
