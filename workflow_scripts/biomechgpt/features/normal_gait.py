"""What is usual in unimpaired people who walk: curves over the gait cycle, and ranges."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from biomechgpt.features.clinical_angles import LEG_ANGLES
from biomechgpt.features.walking_strides import CYCLE
from biomechgpt.yaml_files import read_yaml

BELOW, WITHIN, ABOVE = "below", "within", "above"


@dataclass(frozen=True)
class UsualRange:
    """Between which values most people of a group lie; None where there is no end."""

    low: float | None
    high: float | None
    source: str
    group: str  # age and speed of those people


def direction_of(value: float, low: float | None, high: float | None, decimals: int) -> str:
    """Where a value lies beside what is usual from `low` to `high`, all rounded as people read them."""
    value = round(value, decimals)
    if low is not None and value < round(low, decimals):
        return BELOW
    return ABOVE if high is not None and value > round(high, decimals) else WITHIN


class NormalCurve(NamedTuple):
    """An angle over the gait cycle in clinicians' signs, and how much people differ at an instant."""

    mean_deg: np.ndarray  # (101,)
    sd_deg: float
    source: str


class NormalGait(NamedTuple):
    """Curves by key of `LEG_ANGLES`, ranges by name of a quantity, and whose curves they are."""

    curves: Mapping[str, NormalCurve]
    ranges: Mapping[str, UsualRange]
    group: str


def read_normal_gait(curves: os.PathLike, ranges: os.PathLike) -> NormalGait:
    """Read `normal_gait.yaml` and `normal_ranges.yaml` of the project's resources.

    Raises:
        InputError: A file is missing or is not valid YAML.
    """
    normal, listed = read_yaml(curves), read_yaml(ranges)
    group = f"adults, level walking at about {normal['speed']['curves_at_m_s']} m/s"
    return NormalGait(
        {angle.key: _curve(normal["curves"][angle.joint], angle.sign) for angle in LEG_ANGLES},
        {
            name: UsualRange(entry["low"], entry["high"], entry["source"], entry["group"])
            for name, entry in listed.items()
        },
        group,
    )


def _curve(entry: Mapping, sign: int) -> NormalCurve:
    """The Fourier series of an entry; the simulator's own is not read, lest reports depend on its code."""
    turns = 2 * np.pi * np.outer(CYCLE, np.arange(1, len(entry["cos"]) + 1))  # (101, harmonics)
    mean_deg = entry["mean"] + np.cos(turns) @ entry["cos"] + np.sin(turns) @ entry["sin"]
    return NormalCurve(sign * mean_deg, entry["sd_deg"], entry["source"])
