"""Whether a body could have moved like this: what is refused, and what is only noted."""

from collections.abc import Collection, Mapping

import numpy as np

from biomechgpt.body.coordinates import JOINTS, LEG_JOINTS
from biomechgpt.recordings.readers import MotionError, Note

RANGES_RAD = {joint.name: (joint.low_rad, joint.high_rad) for joint in JOINTS}
CONSTANT_RAD = 1e-6
# Beyond the range of the model by this much, for more than a few frames in a hundred: no body.
FLEXION_MARGIN_RAD = np.radians(30)  # hip flexion and knee, where a wrong sign or unit shows
OTHER_MARGIN_RAD = np.radians(75)
REST_MARGIN_RAD = np.radians(60)  # arms and neck: a median beyond is a badly built segment
STRAY_MARGIN_RAD = np.radians(90)  # and more than 1 % of the frames beyond are whole turns
FAST_RAD_S = np.radians(2000)
FAST_SHARE = 0.02  # of the frames; a sprint's fastest knee stays below
CLAMPED_SHARE, CLAMPED_FRAMES = 0.1, 5
MOVING_RAD = np.radians(5)  # a joint that moves less may rest anywhere
ZERO_POSE_RAD = np.radians(3)  # whoever stands still holds some joint further from zero
WILD_SHARE = 0.01  # of the frames
FLOOR_M, FALL_M_S = -0.1, 3.0  # below the first and faster than the second no pelvis moves
FALL_SHARE, BUILDING_M = 0.01, 20.0  # of the frames; single values and those beyond are sentinels
SWINGING_RAD = np.radians(20)
IN_PHASE, APART = 0.9, 0.6  # correlations of right with left, and of hip with knee in a walk
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
    check_needed(legs)
    if all(joint_spread(column) < CONSTANT_RAD for column in joints.values()):
        raise MotionError("all_constant", "no joint angle changes: no recording of a movement")


def check_needed(names: Collection[str]) -> None:
    """Refuse what lacks a hip or a knee.

    Raises:
        MotionError: `too_few_joints`.
    """
    if missing := [name for name in NEEDED if name not in names]:
        raise MotionError("too_few_joints", f"no recording of gait without {', '.join(missing)}")


def misbuilt_joints(joints: Mapping[str, np.ndarray]) -> list[str]:
    """Joints of arms and neck at angles that no body reaches: a neck at 160 degrees.

    Inverse kinematics turns a raised arm by whole turns in gimbal lock; kept, such angles would
    widen the scale of that joint for everybody.
    """
    misbuilt = []
    for name in filter(lambda name: name.startswith(UPPER_BODY), joints):
        low_rad, high_rad = RANGES_RAD[name]
        least, median, most = np.nanpercentile(joints[name], [1, 50, 99])
        rests_beyond = max(low_rad - median, median - high_rad) > REST_MARGIN_RAD
        strays_beyond = max(low_rad - least, most - high_rad) > STRAY_MARGIN_RAD
        if rests_beyond or strays_beyond:
            misbuilt.append(name)
    return misbuilt


def check_posture(joints: Mapping[str, np.ndarray]) -> None:
    """Refuse angles (rad) that never leave the zero pose: errors, differences, a doubled conversion.

    Raises:
        MotionError: `not_motion`.
    """
    if stays_at_zero(joints):
        largest_deg = max(np.degrees(np.nanmax(np.abs(column))) for column in joints.values())
        raise MotionError(
            "not_motion",
            f"no joint angle exceeds {largest_deg:.2g} degrees, and no body stands so straight: a "
            "table of errors, or radians that were converted twice; export the angles again or "
            "set angle_unit in trials.tsv",
        )


def stays_at_zero(joints: Mapping[str, np.ndarray]) -> bool:
    """Whether all joints (rad) stay near zero, except in single frames."""
    beyond = (np.abs(column) > ZERO_POSE_RAD for column in joints.values())
    return all(np.count_nonzero(frames) <= WILD_SHARE * len(frames) for frames in beyond)


def fits_body(joints: Mapping[str, np.ndarray]) -> bool:
    """Whether angles (rad) are those of a body, whichever sign its knees have."""
    either = {n: -np.abs(c) if n.startswith("knee") else c for n, c in joints.items()}
    return not stays_at_zero(joints) and _out_of_range(either) is None


def beyond_reach(angles_rad: Mapping[str, np.ndarray], flexions: Collection[str]) -> np.ndarray:
    """Frames (T,) bool in which one of these hip flexions and knee angles is out of reach."""
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
    if detail := _out_of_range(joints):
        raise MotionError("out_of_range", detail)


def _out_of_range(joints: Mapping[str, np.ndarray]) -> str | None:
    """The first joint of legs and spine outside the range of a body, in words; None if there is none."""
    for name, column in joints.items():
        known = column[np.isfinite(column)]
        if not len(known) or name.startswith((*UPPER_BODY, "mtp")):
            continue
        low_rad, high_rad = RANGES_RAD[name]
        margin_rad = FLEXION_MARGIN_RAD if name in FLEXIONS else OTHER_MARGIN_RAD
        least, most = np.percentile(known, [5, 95])
        if least < low_rad - margin_rad or most > high_rad + margin_rad:
            return (
                f"{name} runs from {np.degrees(least):.0f} to {np.degrees(most):.0f} degrees (5th "
                f"to 95th percentile), the body's range is {np.degrees(low_rad):.0f} to "
                f"{np.degrees(high_rad):.0f}; check angle_unit and coordinate_map in trials.tsv, of joint "
                "centres skeleton and up_axis"
            )
    return None


def check_speed(joints: Mapping[str, np.ndarray], time_s: np.ndarray) -> list[Note]:
    """Refuse legs that turn faster than any runner's (a wrong time column); note single jumps.

    Raises:
        MotionError: `implausible_speed`.
    """
    jumps = []
    for name in FLEXIONS:
        fast = np.abs(np.diff(joints[name]) / np.diff(time_s)) > FAST_RAD_S
        share = float(fast.mean())
        if share > FAST_SHARE:
            raise MotionError(
                "implausible_speed",
                f"{name} turns faster than 2000 degrees a second in {100 * share:.0f} % of the "
                "frames; check the time column or set frame_rate_hz in trials.tsv",
            )
        if fast.any():
            jumps.append(f"{name} {int(fast.sum())}, first at frame {int(fast.argmax()) + 2}")
    detail = f"frames reached faster than 2000 degrees a second: {'; '.join(jumps)}"
    return [Note("jumps", detail)] if jumps else []


def check_pelvis(height_m: np.ndarray, time_s: np.ndarray) -> None:
    """Refuse a height of the pelvis (T,) that shoots through the floor, as filters do that ring.

    Raises:
        MotionError: `implausible_speed`.
    """
    metres = np.where(np.abs(height_m) < BUILDING_M, height_m, np.nan)
    under = metres < FLOOR_M
    speed_m_s = np.abs(np.diff(metres) / np.diff(time_s))
    if under.mean() > FALL_SHARE and (speed_m_s[under[1:] | under[:-1]] > FALL_M_S).any():
        lowest_m, fastest_m_s = np.nanmin(metres), np.nanmax(speed_m_s)
        raise MotionError(
            "implausible_speed",
            f"pelvis_ty falls to {lowest_m:.2f} m at up to {fastest_m_s:.1f} m/s: no body does that, "
            "a filter that swings in does; cut it off or export the motion again",
        )


def remarks(joints: Mapping[str, np.ndarray]) -> list[Note]:
    """Notes on joints that never move or rest at an extreme value, and on legs that swing in phase."""
    constant = [name for name, column in joints.items() if joint_spread(column) < CONSTANT_RAD]
    notes = [Note("constant_joint", f"never move: {', '.join(constant)}")] if constant else []
    clamped = [
        f"{name} {count} of {len(column)} frames"
        for name, column in joints.items()
        if joint_spread(column) > MOVING_RAD
        and (count := _resting_at_limit(column)) >= max(CLAMPED_SHARE * len(column), CLAMPED_FRAMES)
    ]
    if clamped:
        notes.append(Note("clamped", f"rest at an extreme value: {'; '.join(clamped)}"))
    if legs_in_phase(joints):
        detail = (
            "the legs swing to the same side at the same time, as no walk does: a column twice?"
        )
        notes.append(Note("legs_in_phase", detail))
    return notes


def legs_in_phase(joints: Mapping[str, np.ndarray]) -> bool:
    """Whether both legs swing in phase although hip and knee do not, as in walking.

    In squats, jumps and when somebody stands up, the hip goes with the knee.
    """
    hips, knees = (
        [joints[name] for name in FLEXIONS if name.startswith(part)] for part in ("hip", "knee")
    )
    if min(joint_spread(column) for column in (*hips, *knees)) < SWINGING_RAD:
        return False
    right_left = min(_correlation(*hips), _correlation(*knees))
    return right_left > IN_PHASE and abs(_correlation(hips[0], knees[0])) < APART


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    known = np.isfinite(first) & np.isfinite(second)
    return float(np.corrcoef(first[known], second[known])[0, 1])


def _resting_at_limit(column: np.ndarray) -> int:
    """The number of frames at the largest or at the smallest value, whichever is more."""
    known = column[np.isfinite(column)]
    return max(
        int((np.abs(known - limit) < CONSTANT_RAD).sum()) for limit in (known.min(), known.max())
    )
