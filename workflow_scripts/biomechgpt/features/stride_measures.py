"""What is measured of each stride of a leg, and what of it is usual."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from biomechgpt.features.clinical_angles import ANKLE, IN_WORDS, SAGITTAL
from biomechgpt.features.normal_gait import NormalCurve, NormalGait, UsualRange
from biomechgpt.features.walking_strides import WalkingStride

SPREADS = 2.0  # about 95 of 100 people lie within so many standard deviations


class StrideMeasure(NamedTuple):
    """A quantity of one stride of one leg."""

    key: str
    name: str
    unit: str
    decimals: int
    of: Callable[[WalkingStride], float]
    angle: str | None  # that must be recorded
    usual: UsualRange | None
    meaning: str


class Peak(NamedTuple):
    """A number read off a curve between two percentages of the gait cycle."""

    key: str
    name: str
    angle: str
    of: Callable[[np.ndarray], float]
    window: tuple[int, int]
    meaning: str


def _largest(line: np.ndarray) -> float:
    return float(line.max())


def _largest_backward(line: np.ndarray) -> float:
    return float(-line.min())


PEAKS = (
    *(
        Peak(
            f"{angle}_range",
            f"range of {IN_WORDS[angle]}",
            angle,
            lambda line: float(np.ptp(line)),
            (0, 100),
            "largest minus smallest angle within a stride",
        )
        for angle in SAGITTAL
    ),
    Peak(
        "peak_hip_extension",
        "peak hip extension",
        "hip_flexion",
        _largest_backward,
        (0, 100),
        "how far the hip extends behind its neutral position; negative: it stays flexed",
    ),
    Peak(
        "knee_flexion_at_contact",
        "knee flexion at contact",
        "knee_flexion",
        _largest,
        (0, 0),
        "as the foot meets the ground",
    ),
    Peak(
        "knee_flexion_loading",
        "peak knee flexion in loading",
        "knee_flexion",
        _largest,
        (0, 30),
        "the largest in the first 30 % of the gait cycle",
    ),
    Peak(
        "knee_flexion_swing",
        "peak knee flexion in swing",
        "knee_flexion",
        _largest,
        (50, 100),
        "the largest in the second half of the gait cycle",
    ),
    Peak(
        "ankle_dorsiflexion_stance",
        "peak ankle dorsiflexion in stance",
        ANKLE,
        _largest,
        (10, 60),
        "the largest from 10 to 60 % of the gait cycle",
    ),
    Peak(
        "ankle_plantarflexion_push_off",
        "peak ankle plantarflexion at push-off",
        ANKLE,
        _largest_backward,
        (40, 85),
        "the largest from 40 to 85 % of the gait cycle; negative: the ankle stays dorsiflexed",
    ),
    Peak(
        "ankle_dorsiflexion_swing",
        "peak ankle dorsiflexion in swing",
        ANKLE,
        _largest,
        (75, 95),
        "the largest from 75 to 95 % of the gait cycle",
    ),
)


def stride_measures(normal: NormalGait) -> list[StrideMeasure]:
    """Every quantity of a stride, with its usual range in unimpaired people where there is one."""
    peaks = [_of_curve(peak, normal) for peak in PEAKS]
    scores = [_score(angle, normal) for angle in normal.curves]
    return [*LENGTHS, _stance(normal), *peaks, *scores]


LENGTHS = (
    StrideMeasure(
        key="step_length",
        name="step length",
        unit="m",
        decimals=2,
        of=lambda stride: stride.step_length_m,
        angle=None,
        usual=None,
        meaning="distance of the heels as this foot meets the ground, for a body of 1.75 m",
    ),
    StrideMeasure(
        key="stride_length",
        name="stride length",
        unit="m",
        decimals=2,
        of=lambda stride: stride.step_length_m + stride.other_step_length_m,
        angle=None,
        usual=None,
        meaning="both steps of a stride, for a body of 1.75 m",
    ),
)


def _stance(normal: NormalGait) -> StrideMeasure:
    return StrideMeasure(
        key="stance_share",
        name="stance",
        unit="%",
        decimals=0,
        of=lambda stride: stride.percent(stride.times_s.foot_off),
        angle=ANKLE,
        usual=normal.ranges["stance_share"],
        meaning="share of the stride from this foot's contact until it leaves the ground",
    )


def double_support(normal: NormalGait) -> StrideMeasure:
    """The share of a stride in which both feet stand."""
    return StrideMeasure(
        key="double_support_share",
        name="double support",
        unit="%",
        decimals=0,
        of=_double_support_percent,
        angle=ANKLE,
        usual=normal.ranges["double_support_share"],
        meaning="share of the stride in which both feet stand",
    )


def _double_support_percent(stride: WalkingStride) -> float:
    first, second, third = (
        stride.percent(time_s)
        for time_s in (
            stride.times_s.other_foot_off,
            stride.times_s.other_contact,
            stride.times_s.foot_off,
        )
    )
    return first + third - second


def _of_curve(peak: Peak, normal: NormalGait) -> StrideMeasure:
    start, end = peak.window

    def of(stride: WalkingStride) -> float:
        return peak.of(stride.angles_deg[peak.angle][start : end + 1])

    curve = normal.curves[peak.angle]
    middle = peak.of(curve.mean_deg[start : end + 1])
    usual = _around(middle, curve, normal.group)
    return StrideMeasure(peak.key, peak.name, "°", 0, of, peak.angle, usual, peak.meaning)


def _around(middle: float, curve: NormalCurve, group: str) -> UsualRange:
    """The ends of the normal band at a peak of the curve.

    No spread of peaks and ranges is published with the curves; that at an instant is about as large
    as the one of ranges between five able-bodied people at 1.25 m/s (Winner 2023: hip 3 to 4, knee 2
    to 3, ankle 5 to 6 degrees).
    """
    reach = SPREADS * curve.sd_deg
    return UsualRange(middle - reach, middle + reach, curve.source, group)


def variable_score(curve_deg: np.ndarray, normal_deg: np.ndarray) -> float:
    """Root mean square distance in degrees between an angle over the gait cycle and the normal mean."""
    return float(np.sqrt(np.mean(np.square(curve_deg - normal_deg))))


def _score(angle: str, normal: NormalGait) -> StrideMeasure:
    curve = normal.curves[angle]

    def of(stride: WalkingStride) -> float:
        return variable_score(stride.angles_deg[angle], curve.mean_deg)

    usual = UsualRange(None, SPREADS * curve.sd_deg, curve.source, normal.group)
    words = IN_WORDS[angle]
    meaning = f"root mean square distance of the curve of {words} from the normal mean (Baker 2009)"
    name = f"gait variable score of {words}"
    return StrideMeasure(f"{angle}_score", name, "°", 1, of, angle, usual, meaning)
