"""Copies of training movements, stretched in time, cut and mirrored, with what kinematics say of each.

They need no label: how often a foot steps in a copy is measured on the copy.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from biomechgpt.body.mirror import mirrored
from biomechgpt.motion_encoder.facts import measured_facts

STRETCH = 0.25  # log of the largest change of speed
CUT_SHARE = 0.7  # of the copies that are a part of the movement
SHORTEST_S = 2.5  # of a cut copy
MIN_FRAMES = 16


class View(NamedTuple):
    """A movement and what is measured of it."""

    angles_rad: np.ndarray  # (T, J) float32
    facts: dict[str, float]


def views_of(
    movements: Sequence[np.ndarray], n_views: int, frame_rate_hz: float, seed: int
) -> Iterator[View]:
    """Each of the movements (T, J) in rad as it is, in the mirror, and `n_views` copies of it."""
    random = np.random.default_rng(seed)
    for angles in movements:
        for copy in (angles, mirrored(angles)):
            yield View(copy, measured_facts(copy, frame_rate_hz))
        for number in range(n_views):
            copy = _stretched(angles if number % 2 else mirrored(angles), random)
            copy = _cut(copy, frame_rate_hz, random)
            yield View(copy, measured_facts(copy, frame_rate_hz))


def _stretched(angles_rad: np.ndarray, random: np.random.Generator) -> np.ndarray:
    n_frames = len(angles_rad)
    n_new = max(MIN_FRAMES, round(n_frames * np.exp(random.uniform(-STRETCH, STRETCH))))
    places = np.linspace(0, n_frames - 1, n_new)
    before = np.minimum(places.astype(int), n_frames - 2)
    share = (places - before)[:, None].astype(np.float32)
    return angles_rad[before] * (1 - share) + angles_rad[before + 1] * share


def _cut(angles_rad: np.ndarray, frame_rate_hz: float, random: np.random.Generator) -> np.ndarray:
    n_frames, shortest = len(angles_rad), round(SHORTEST_S * frame_rate_hz)
    if n_frames <= shortest or random.random() > CUT_SHARE:
        return angles_rad
    length = int(random.integers(max(shortest, n_frames // 3), n_frames + 1))
    start = int(random.integers(0, n_frames - length + 1))
    return angles_rad[start : start + length]
