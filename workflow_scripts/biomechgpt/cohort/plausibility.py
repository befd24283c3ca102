"""Could a body have moved like this? What is refused, and what is only remarked on."""

from collections.abc import Iterable, Mapping

import numpy as np

from biomechgpt.body.coordinates import JOINTS
from biomechgpt.cohort.canonical import LEG_JOINTS
from biomechgpt.cohort.readers import MotionError, Note

RANGES_RAD = {joint.name: (joint.low_rad, joint.high_rad) for joint in JOINTS}
CONSTANT_RAD = 1e-6
# Beyond the range of the model by this much, for more than a few frames in a hundred: no body.
FLEXION_MARGIN_RAD = np.radians(30)  # hip flexion and knee, where a wrong sign or unit shows
OTHER_MARGIN_RAD = np.radians(75)
REST_MARGIN_RAD = np.radians(60)  # arms and neck: a median beyond is a badly built segment
STRAY_MARGIN_RAD = np.radians(90)  # and more than 1 % of the frames beyond are whole turns
FAST_RAD_S = np.radians(2000)
FAST_SHARE = 0.02  # of the frames; a sprint's fastest knee stays below
CLAMPED_SHARE = 0.1
MOVING_RAD = np.radians(5)  # a joint that moves less may rest anywhere
UPPER_BODY = ("arm", "elbow", "pro_sup", "wrist", "neck")
NEEDED = FLEXIONS = ("hip_flexion_r", "hip_flexion_l", "knee_angle_r", "knee_angle_l")


def joint_spread(column: np.ndarray) -> float:
    """Largest minus smallest value of (T,), 0 where nothing is known."""
    known = column[np.isfinite(column)]
    return float(np.ptp(known)) if len(known) else 0.0


def check_presence(joints: Mapping[str, np.ndarray], min_leg_joints: int) -> None:
    """Refuse what has too few leg angles, or in which nothing moves.

    Raises:
        MotionError: `too_few_joints` or `all_constant`.
    """
    legs = [name for name in LEG_JOINTS if name in joints and np.isfinite(joints[name]).any()]
    if len(legs) < min_leg_joints:
        raise MotionError(
            "too_few_joints",
            f"{len(legs)} of the 14 leg angles are there, ingest.min_leg_joints asks for "
            f"{min_leg_joints}",
        )
    if missing := [name for name in NEEDED if name not in legs]:
        raise MotionError("too_few_joints", f"no recording of gait without {', '.join(missing)}")
    if all(joint_spread(column) < CONSTANT_RAD for column in joints.values()):
        raise MotionError("all_constant", "no joint angle changes: no recording of a movement")


def misbuilt_joints(joints: Mapping[str, np.ndarray]) -> list[str]:
    """Joints of arms and neck where no body's are: a neck at 160 degrees, an arm turned twice.

    Inverse kinematics turns a raised arm by whole turns in gimbal lock; kept, such angles would
    widen the scale of that joint for everybody.
    """
    found = []
    for name, column in joints.items():
        low_rad, high_rad = RANGES_RAD[name]
        least, median, most = np.nanpercentile(column, [1, 50, 99])
        rests_beyond = max(low_rad - median, median - high_rad) > REST_MARGIN_RAD
        strays_beyond = max(low_rad - least, most - high_rad) > STRAY_MARGIN_RAD
        if name.startswith(UPPER_BODY) and (rests_beyond or strays_beyond):
            found.append(name)
    return found


def beyond_reach(angles_rad: Mapping[str, np.ndarray], flexions: Iterable[str]) -> np.ndarray:
    """Frames (T,) bool in which one of these hip flexions and knee angles is no body's."""
    beyond = []
    for name in flexions:
        low_rad, high_rad = RANGES_RAD[name]
        below = angles_rad[name] < low_rad - FLEXION_MARGIN_RAD
        beyond.append(below | (angles_rad[name] > high_rad + FLEXION_MARGIN_RAD))
    return np.any(beyond, axis=0)


def check_range(joints: Mapping[str, np.ndarray]) -> None:
    """Refuse angles (rad) that no body reaches: a wrong unit, sign or map.

    Raises:
        MotionError: `out_of_range`.
    """
    for name, column in joints.items():
        known = column[np.isfinite(column)]
        if not len(known) or name.startswith((*UPPER_BODY, "mtp")):
            continue
        low_rad, high_rad = RANGES_RAD[name]
        margin_rad = FLEXION_MARGIN_RAD if name in FLEXIONS else OTHER_MARGIN_RAD
        least, most = np.percentile(known, [5, 95])
        if least < low_rad - margin_rad or most > high_rad + margin_rad:
            raise MotionError(
                "out_of_range",
                f"{name} runs from {np.degrees(least):.0f} to {np.degrees(most):.0f} degrees (5th "
                f"to 95th percentile), the body's range is {np.degrees(low_rad):.0f} to "
                f"{np.degrees(high_rad):.0f}; check angle_unit and coordinate_map in trials.tsv",
            )


def check_speed(joints: Mapping[str, np.ndarray], time_s: np.ndarray) -> None:
    """Refuse legs that turn faster than any runner's: a wrong time column.

    Raises:
        MotionError: `implausible_speed`.
    """
    for name in LEG_JOINTS:
        if name not in joints or not name.startswith(("hip_flexion", "knee")):
            continue
        speed_rad_s = np.abs(np.diff(joints[name]) / np.diff(time_s))
        share = float(np.mean(speed_rad_s > FAST_RAD_S))
        if share > FAST_SHARE:
            raise MotionError(
                "implausible_speed",
                f"{name} turns faster than 2000 degrees a second in {100 * share:.0f} % of the "
                "frames; check the time column or set frame_rate_hz in trials.tsv",
            )


def remarks(joints: Mapping[str, np.ndarray]) -> list[Note]:
    """Joints that never move, and joints that rest at their largest or smallest value."""
    constant = [name for name, column in joints.items() if joint_spread(column) < CONSTANT_RAD]
    notes = [Note("constant_joint", f"never move: {', '.join(constant)}")] if constant else []
    clamped = [
        f"{name} {count} of {len(column)} frames"
        for name, column in joints.items()
        if joint_spread(column) > MOVING_RAD
        and (count := _resting_at_limit(column)) > CLAMPED_SHARE * len(column)
    ]
    if clamped:
        notes.append(Note("clamped", f"rest at an extreme value: {'; '.join(clamped)}"))
    return notes


def _resting_at_limit(column: np.ndarray) -> int:
    """In how many frames (T,) is exactly its largest or its smallest value, the larger count."""
    known = column[np.isfinite(column)]
    return max(
        int((np.abs(known - limit) < CONSTANT_RAD).sum()) for limit in (known.min(), known.max())
    )
