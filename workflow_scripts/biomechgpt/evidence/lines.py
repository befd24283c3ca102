"""Evidence: what kinematics measure of a trial and what is usual, a line a quantity; no label is read."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.frames import read_trials
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import NormalGait, UsualRange
from biomechgpt.features.stride_measures import stride_measures
from biomechgpt.features.walking_strides import WalkingStride, walking_strides
from biomechgpt.files import replacing

BELOW, WITHIN, ABOVE = "below", "within", "above"
SCORE = "_score"  # a distance from a whole curve, which nobody sees


class EvidenceLine(NamedTuple):
    """A quantity of a trial over its strides from `start_s` to `end_s`.

    What is usual has no end where it is None.
    """

    start_s: float
    end_s: float
    side: str  # right | left, empty where both legs make it
    joint: str  # hip | knee | ankle, empty where it is of none
    quantity: str  # the key of a `MeasuredQuantity`
    value: float
    unit: str
    usual_low: float | None
    usual_high: float | None
    direction: str  # below | within | above what is usual
    text: str


def evidence_lines(
    joint_angles_rad: np.ndarray, frame_rate_hz: float, normal: NormalGait
) -> list[EvidenceLine]:
    """The lines of a trial of angles (T, 34), those farthest outside of what is usual first.

    None where the trial has no walking strides, and none of what is not recorded.
    """
    strides = walking_strides(joint_angles_rad, frame_rate_hz)
    joints = {measure.key: measure.angle for measure in stride_measures(normal)}
    shown = [
        quantity
        for quantity in measured_record(joint_angles_rad, frame_rate_hz, normal)
        if quantity.value is not None and quantity.usual and not quantity.key.endswith(SCORE)
    ]
    shown.sort(key=lambda quantity: -_widths_outside(quantity.value, quantity.usual))
    return [_line(quantity, strides, joints) for quantity in shown]


def _line(
    quantity: MeasuredQuantity, strides: list[WalkingStride], joints: Mapping[str, str | None]
) -> EvidenceLine:
    own = [s for s in strides if quantity.side is None or quantity.side.startswith(s.side)]
    start_s, end_s = own[0].times_s.contact, own[-1].times_s.next_contact
    usual = quantity.usual
    direction = direction_of(quantity.value, usual.low, usual.high)
    side = quantity.side or ""
    words = f"{side} {quantity.name}".strip()
    return EvidenceLine(
        start_s,
        end_s,
        side,
        (joints.get(quantity.key) or "").partition("_")[0],
        quantity.key,
        quantity.value,
        quantity.unit,
        usual.low,
        usual.high,
        direction,
        f"{start_s:.1f} to {end_s:.1f} s: {words} {quantity.text}, "
        f"usual {_ends(usual, quantity.decimals)}, {direction}",
    )


def direction_of(value: float, low: float | None, high: float | None) -> str:
    """Where a value lies beside what is usual."""
    if low is not None and value < low:
        return BELOW
    return ABOVE if high is not None and value > high else WITHIN


def _ends(usual: UsualRange, decimals: int) -> str:
    low, high = (None if end is None else f"{end:.{decimals}f}" for end in (usual.low, usual.high))
    if low is None:
        return f"up to {high}"
    return f"from {low}" if high is None else f"{low} to {high}"


def _widths_outside(value: float, usual: UsualRange) -> float:
    """How far a value lies outside of what is usual, in widths of that range; 0 within it."""
    low = usual.high if usual.low is None else usual.low
    high = usual.low if usual.high is None else usual.high
    beyond = {BELOW: low - value, ABOVE: value - high, WITHIN: 0.0}
    width = high - low if high > low else abs(high)
    return beyond[direction_of(value, usual.low, usual.high)] / width


def write_evidence(
    joint_angles: os.PathLike, frame_rate_hz: float, normal: NormalGait, path: os.PathLike
) -> int:
    """Write the lines of a shard's trials, a row a line; returns how many."""
    rows = list(_rows(joint_angles, frame_rate_hz, normal))
    with replacing(path) as temporary:
        table = pd.DataFrame(rows, columns=["trial_id", *EvidenceLine._fields])
        table.astype({"usual_low": float, "usual_high": float}).to_parquet(temporary, index=False)
    return len(rows)


def _rows(joint_angles: os.PathLike, frame_rate_hz: float, normal: NormalGait) -> Iterator[tuple]:
    for trial in read_trials(joint_angles):
        for line in evidence_lines(trial.frames, frame_rate_hz, normal):
            yield (trial.info["trial_id"], *line)
