"""The normal curves as a walk, and the normal gait that walks are compared with."""

from functools import cache

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.features.normal_gait import NormalGait, read_normal_gait
from biomechgpt.simulation.waveforms import INDEX, evaluate, pattern_of
from tests.helpers.paths import ROOT, read_yaml

RATE_HZ, STRIDE_S, SECONDS = 50.0, 1.1, 9.0
FIRST_CONTACT_S = 0.2  # of the right foot


@cache
def normal_gait() -> NormalGait:
    names = ("normal_gait.yaml", "normal_ranges.yaml")
    return read_normal_gait(*(ROOT / "resources" / name for name in names))


def normal_walk(right: dict[str, float] | None = None) -> np.ndarray:
    """The normal curves played at `STRIDE_S`, with `right` degrees added to joints of the right leg."""
    pattern = pattern_of(read_yaml("resources/normal_gait.yaml")["curves"])
    for joint, degrees in (right or {}).items():
        pattern[INDEX[f"{joint}_r"], 0] += degrees
    time_s = np.arange(0, SECONDS, 1 / RATE_HZ)
    angles_deg = evaluate(pattern, (time_s - FIRST_CONTACT_S) / STRIDE_S)
    return np.deg2rad(angles_deg[:, : len(JOINT_NAMES)])
