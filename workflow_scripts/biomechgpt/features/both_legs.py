"""How alike the two legs move, and how far both together are from normal."""

from collections.abc import Callable, Sequence

import numpy as np

from biomechgpt.features.clinical_angles import IN_WORDS, SAGITTAL
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.normal_gait import NormalGait, UsualRange

LEAST_STRIDE_M = 0.05  # so that who hardly moves on has no asymmetry beyond all bounds


def of_both_legs(legs: Sequence[MeasuredQuantity], normal: NormalGait) -> list[MeasuredQuantity]:
    """Asymmetry and gait profile score from the quantities of each leg."""
    step = _combined(
        legs,
        ["step_length"],
        lambda right, left: 100 * (right - left) / max(right + left, LEAST_STRIDE_M),
        ("step_length_asymmetry", "step length asymmetry", "%", 0),
        None,
        "(right - left) / (right + left); positive: the right step is longer",
    )
    time = _combined(
        legs,
        ["stance_share"],
        lambda right, left: (100 - right) / right / ((100 - left) / left),
        ("temporal_symmetry", "temporal symmetry", "", 2),
        normal.ranges["temporal_symmetry"],
        "swing over stance of the right leg, divided by that of the left; 1: both alike",
    )
    ranges = [
        _combined(
            legs,
            [f"{angle}_range"],
            lambda right, left: right - left,
            (f"{angle}_range_difference", f"range of {IN_WORDS[angle]}, right minus left", "°", 0),
            None,
            "difference of the means over strides",
        )
        for angle in SAGITTAL
    ]
    score = _combined(
        legs,
        [f"{angle}_score" for angle in SAGITTAL],
        profile_score,
        ("gait_profile_score", "gait profile score of hip, knee and ankle", "°", 1),
        normal.ranges["gait_profile_score"],
        "root mean square of the gait variable scores of both legs (Baker 2009) in the sagittal plane, "
        "without the pelvis",
    )
    return [step, time, *ranges, score]


def profile_score(*scores_deg: float) -> float:
    """Root mean square of gait variable scores."""
    return float(np.sqrt(np.mean(np.square(scores_deg))))


def _combined(
    legs: Sequence[MeasuredQuantity],
    keys: Sequence[str],
    formula: Callable[..., float],
    named: tuple[str, str, str, int],
    usual: UsualRange | None,
    meaning: str,
) -> MeasuredQuantity:
    """A formula of the quantities `keys`, each right then left; `named` is key, name, unit, decimals."""
    parts = [quantity for key in keys for quantity in legs if quantity.key == key]
    reason = next((part.reason for part in parts if part.value is None), "")
    key, name, unit, decimals = named
    return MeasuredQuantity(
        key=key,
        name=name,
        side=None,
        value=None if reason else float(formula(*(part.value for part in parts))),
        unit=unit,
        decimals=decimals,
        strides=0 if reason else sum(part.strides for part in parts) // len(keys),
        spread=None,
        usual=usual,
        meaning=meaning,
        reason=reason,
    )
