"""Evidence: what kinematics measure of a trial and what is usual, a line a quantity; no label is read."""

import os
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.frames import read_trials
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.normal_gait import BELOW, WITHIN, NormalGait, direction_of
from biomechgpt.features.stride_measures import stride_measures
from biomechgpt.features.walking_strides import WalkingStride, walking_strides
from biomechgpt.files import replacing

SCORE = "_score"  # a distance from a whole curve, which nobody sees


class EvidenceLine(NamedTuple):
    """A quantity of a trial, its mean over the strides from `start_s` to `end_s`.

    What is usual has no end where that is None.
    """

    start_s: float
    end_s: float
    side: str  # right | left, empty where both legs make it
    joint: str  # hip | knee | ankle, empty where it is of none
    quantity: str  # the key of a `MeasuredQuantity`
    name: str
    value: float
    unit: str
    decimals: int
    usual_low: float | None
    usual_high: float | None

    @property
    def direction(self) -> str:
        """Where the value lies beside what is usual: below, within or above."""
        return direction_of(self.value, self.usual_low, self.usual_high, self.decimals)

    @property
    def text(self) -> str:
        """The line in words."""
        gap = "" if self.unit in ("°", "") else " "
        return (
            f"{self.start_s:.1f} to {self.end_s:.1f} s: {self.side} {self.name} ".replace(
                ":  ", ": "
            )
            + f"{self.value:.{self.decimals}f}{gap}{self.unit}, usual {self._usual}, {self.direction}"
        )

    @property
    def _usual(self) -> str:
        ends = (self.usual_low, self.usual_high)
        low, high = (None if end is None else f"{end:.{self.decimals}f}" for end in ends)
        if low is None:
            return f"up to {high}"
        return f"from {low}" if high is None else f"{low} to {high}"

    def negated(self) -> "EvidenceLine":
        """The line with a value that says the opposite: usual where it is not, and unusual where it is."""
        low = self.usual_high if self.usual_low is None else self.usual_low
        high = self.usual_low if self.usual_high is None else self.usual_high
        if self.direction != WITHIN:
            return self._replace(value=(low + high) / 2)
        width = high - low if high > low else abs(high)
        return self._replace(value=low - width if self.usual_high is None else high + width)


def evidence_lines(
    joint_angles_rad: np.ndarray, frame_rate_hz: float, normal: NormalGait
) -> list[EvidenceLine]:
    """The lines of a trial of angles (T, 34), those farthest outside of what is usual first.

    None where the trial has no walking strides, and none of what is not recorded.
    """
    strides = walking_strides(joint_angles_rad, frame_rate_hz)
    angles = {measure.key: measure.angle or "" for measure in stride_measures(normal)}
    lines = [
        _line(quantity, strides, angles.get(quantity.key, "").partition("_")[0])
        for quantity in measured_record(joint_angles_rad, frame_rate_hz, normal)
        if quantity.value is not None and quantity.usual and not quantity.key.endswith(SCORE)
    ]
    return sorted(lines, key=lambda line: -_widths_outside(line))


def _line(quantity: MeasuredQuantity, strides: list[WalkingStride], joint: str) -> EvidenceLine:
    side = quantity.side or ""
    own = [stride for stride in strides if not side or side.startswith(stride.side)]
    return EvidenceLine(
        start_s=own[0].times_s.contact,
        end_s=own[-1].times_s.next_contact,
        side=side,
        joint=joint,
        quantity=quantity.key,
        name=quantity.name,
        value=quantity.value,
        unit=quantity.unit,
        decimals=quantity.decimals,
        usual_low=quantity.usual.low,
        usual_high=quantity.usual.high,
    )


def _widths_outside(line: EvidenceLine) -> float:
    """How far a value lies outside of what is usual, in widths of that range; 0 within it."""
    if line.direction == WITHIN:
        return 0.0
    end = line.usual_low if line.direction == BELOW else line.usual_high
    is_open = line.usual_low is None or line.usual_high is None
    return abs(line.value - end) / (abs(end) if is_open else line.usual_high - line.usual_low)


def write_evidence(
    joint_angles: os.PathLike, frame_rate_hz: float, normal: NormalGait, path: os.PathLike
) -> int:
    """Write the lines of a shard's trials, a row a line; returns how many."""
    rows = list(_rows(joint_angles, frame_rate_hz, normal))
    columns = ["trial_id", *EvidenceLine._fields, "direction", "text", "negated_text"]
    table = pd.DataFrame(rows, columns=columns).astype({"usual_low": float, "usual_high": float})
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False)
    return len(rows)


def _rows(joint_angles: os.PathLike, frame_rate_hz: float, normal: NormalGait) -> Iterator[tuple]:
    for trial in read_trials(joint_angles):
        for line in evidence_lines(trial.frames, frame_rate_hz, normal):
            words = (line.direction, line.text, line.negated().text)
            yield (trial.info["trial_id"], *line, *words)
