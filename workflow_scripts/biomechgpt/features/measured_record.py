"""What kinematics measure of one trial, as a gait laboratory would tabulate it.

Joint angles tell neither how tall somebody is nor how the pelvis is turned: speeds and lengths are
those of a body of 1.75 m with an upright pelvis that faces forward (`body.gait`).
"""

from collections.abc import Sequence

import numpy as np

from biomechgpt.body.gait import NEEDED, measure_gait
from biomechgpt.features.both_legs import of_both_legs
from biomechgpt.features.clinical_angles import IN_WORDS, SIDES
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.features.normal_gait import NormalGait
from biomechgpt.features.stride_measures import StrideMeasure, double_support, stride_measures
from biomechgpt.features.walking_strides import WalkingStride, walking_strides

NO_LEGS = "hips or knees are not recorded"
NO_STRIDES = "there is no walking stride in this trial"


def measured_record(
    joint_angles_rad: np.ndarray, frame_rate_hz: float, normal: NormalGait
) -> list[MeasuredQuantity]:
    """The quantities of a trial of angles (T, 34) in rad, NaN where a joint is not recorded.

    The list has the same keys and sides for every trial, right before left. Signs are those of
    clinicians: flexion, dorsiflexion and adduction are positive.
    """
    strides = walking_strides(joint_angles_rad, frame_rate_hz)
    missing = NO_LEGS if np.isnan(joint_angles_rad[:, NEEDED]).any() else NO_STRIDES
    walk = [
        *_speed_and_cadence(joint_angles_rad, frame_rate_hz, strides, normal, missing),
        _over_strides(double_support(normal), None, strides, missing),
    ]
    legs = [
        _of_leg(measure, side, strides, missing)
        for measure in stride_measures(normal)
        for side in SIDES
    ]
    return [*walk, *legs, *of_both_legs(legs, normal)]


def _speed_and_cadence(
    joint_angles_rad: np.ndarray,
    frame_rate_hz: float,
    strides: Sequence[WalkingStride],
    normal: NormalGait,
    missing: str,
) -> list[MeasuredQuantity]:
    gait = measure_gait(joint_angles_rad, frame_rate_hz)
    cadences = np.array([120 / stride.duration_s for stride in strides])
    return [
        MeasuredQuantity(
            key="walking_speed",
            name="walking speed",
            side=None,
            value=gait.walking_speed_m_s if strides else None,
            unit="m/s",
            decimals=2,
            strides=len(strides),
            spread=None,
            usual=normal.ranges["walking_speed_m_s"],
            meaning="while the legs swing, for a body of 1.75 m",
            reason="" if strides else missing,
        ),
        MeasuredQuantity(
            key="cadence",
            name="cadence",
            side=None,
            value=gait.cadence_steps_min if strides else None,
            unit="steps/min",
            decimals=0,
            strides=len(strides),
            spread=float(cadences.std(ddof=1)) if len(strides) > 1 else None,
            usual=normal.ranges["cadence_steps_min"],
            meaning="steps a minute, two a stride",
            reason="" if strides else missing,
        ),
    ]


def _of_leg(
    measure: StrideMeasure, side: str, strides: Sequence[WalkingStride], missing: str
) -> MeasuredQuantity:
    own = [stride for stride in strides if stride.side == side]
    reason = f"there is no walking stride of the {SIDES[side]} leg" if strides else missing
    return _over_strides(measure, SIDES[side], own, reason)


def _over_strides(
    measure: StrideMeasure, side: str | None, strides: Sequence[WalkingStride], missing: str
) -> MeasuredQuantity:
    reason = "" if strides else missing
    if measure.angle and not all(stride.has(measure.angle) for stride in strides):
        strides, reason = [], f"{IN_WORDS[measure.angle]} is not recorded"
    values = np.array([measure.of(stride) for stride in strides])
    return MeasuredQuantity(
        key=measure.key,
        name=measure.name,
        side=side,
        value=float(values.mean()) if len(values) else None,
        unit=measure.unit,
        decimals=measure.decimals,
        strides=len(values),
        spread=float(values.std(ddof=1)) if len(values) > 1 else None,
        usual=measure.usual,
        meaning=measure.meaning,
        reason=reason,
    )
