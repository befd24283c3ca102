"""The strides of a walk, each with its events and its angles over the gait cycle."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from biomechgpt.body.gait import feet_positions, measure_gait
from biomechgpt.features.clinical_angles import leg_angles_deg
from biomechgpt.features.foot_events import FootEvents, foot_events

CYCLE = np.linspace(0.0, 1.0, 101)  # points of a gait cycle
STRIDE_S = (0.8, 5.0)  # faster than 150 steps/min people run; slower than 24 they do not walk
UNLIKE_THE_OTHERS = 0.3  # share by which the time of a stride may differ from the median


class StrideEvents(NamedTuple):
    """Times in s from the trial's start, in the order in which they come in walking."""

    contact: float
    other_foot_off: float
    other_contact: float
    foot_off: float
    next_contact: float


class WalkingStride(NamedTuple):
    """A stride of the foot of `side`, from its contact to its next."""

    side: str  # r | l
    times_s: StrideEvents
    step_length_m: float  # of this foot, at the contact that ends the stride
    other_step_length_m: float
    angles_deg: Mapping[str, np.ndarray]  # (101,) by key of `LEG_ANGLES`, clinicians' signs

    @property
    def duration_s(self) -> float:
        """From contact to contact."""
        return self.times_s.next_contact - self.times_s.contact

    def percent(self, time_s: float) -> float:
        """Where in the gait cycle a time is, 0 to 100."""
        return 100 * (time_s - self.times_s.contact) / self.duration_s

    def has(self, angle: str) -> bool:
        """Whether an angle of `LEG_ANGLES` is recorded; one that is 0 throughout was never measured."""
        line = self.angles_deg[angle]
        return bool(np.isfinite(line).all() and line.any())


def walking_strides(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> list[WalkingStride]:
    """The strides of forward walking in angles (T, 34) in rad, in the order in which they begin.

    A stride counts if its events come in the order of walking (contact, the other foot off and on,
    foot off, contact) and it lasts about as long as the others: turns, running, steps backward and
    swaying do not. There are none where hips or knees are not recorded.
    """
    gait = measure_gait(joint_angles_rad, frame_rate_hz)
    if np.isnan(gait.walking_speed_m_s):
        return []
    feet = foot_events(joint_angles_rad, frame_rate_hz, gait)
    heels = feet_positions(joint_angles_rad)
    right_ahead_m = (heels["heel_r"] - heels["heel_l"])[:, 0]
    strides = []
    for side, other, ahead_m in (("r", "l", right_ahead_m), ("l", "r", -right_ahead_m)):
        curves = leg_angles_deg(joint_angles_rad, side) | {"ahead_m": ahead_m}
        events = _events(feet[side], feet[other])
        strides += [_stride(side, times_s, curves, frame_rate_hz) for times_s in events]
    usual_s = np.median([stride.duration_s for stride in strides]) if strides else 0.0
    alike = [s for s in strides if abs(s.duration_s - usual_s) <= UNLIKE_THE_OTHERS * usual_s]
    return sorted(alike, key=lambda stride: stride.times_s.contact)


def _events(own: FootEvents, other: FootEvents) -> Iterator[StrideEvents]:
    for start_s, end_s in pairwise(own.contacts_s):
        within = [
            times_s[(times_s > start_s) & (times_s < end_s)]
            for times_s in (other.offs_s, other.contacts_s, own.offs_s)
        ]
        if all(len(times_s) == 1 for times_s in within):
            events = StrideEvents(*map(float, (start_s, *np.concatenate(within), end_s)))
            if events == tuple(sorted(events)) and STRIDE_S[0] <= end_s - start_s <= STRIDE_S[1]:
                yield events


def _stride(
    side: str, times_s: StrideEvents, curves: Mapping[str, np.ndarray], frame_rate_hz: float
) -> WalkingStride:
    """`curves` (T,) are the leg's angles, and `ahead_m` how far its heel is in front of the other."""
    at_s = times_s.contact + CYCLE * (times_s.next_contact - times_s.contact)
    steps_s = [times_s.next_contact, times_s.other_contact]

    def at(times_s: Sequence[float], line: np.ndarray) -> np.ndarray:
        return np.interp(np.multiply(times_s, frame_rate_hz), np.arange(len(line)), line)

    own_m, other_m = at(steps_s, curves["ahead_m"])
    angles_deg = {key: at(at_s, line) for key, line in curves.items() if key != "ahead_m"}
    return WalkingStride(side, times_s, float(own_m), float(-other_m), angles_deg)
