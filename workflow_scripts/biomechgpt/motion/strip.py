"""From trajectories to the joint angles that are tokenised.

The pelvis is left out (where somebody stood in the room does not say how they move), configured
joints are set to zero, gaps are closed or cut out, and all trials get the same frame rate.
"""

import hashlib
import os

import numpy as np

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES, LEG_JOINTS
from biomechgpt.body.frames import Trial, read_trials
from biomechgpt.motion.gaps import close_gaps, longest_usable_part
from biomechgpt.motion.resample import resample
from biomechgpt.recordings.issues import Issue, issue_of
from biomechgpt.recordings.outcomes import Outcome, write_outcomes
from biomechgpt.settings.motion_section import MotionSettings

STAGE = "strip_and_zero"
FIRST_JOINT = len(COORDINATE_NAMES) - len(JOINT_NAMES)
HASH_RESOLUTION_RAD = 1e-4
IS_LEG = np.isin(JOINT_NAMES, LEG_JOINTS)


def strip_shard(
    trajectories_path: os.PathLike,
    settings: MotionSettings,
    joint_angles_path: os.PathLike,
    issues_path: os.PathLike,
) -> None:
    """Write the joint angles of a shard and the table of its problems (docs/contracts.md).

    A trial with nothing usable left is rejected in the issues; the others go on.
    """
    read = (Outcome(trial, []) for trial in read_trials(trajectories_path))
    outcomes = (strip(outcome, settings) for outcome in read)
    write_outcomes(outcomes, JOINT_NAMES, "rad", False, joint_angles_path, issues_path)


def strip(read: Outcome, settings: MotionSettings) -> Outcome:
    """The joint angles of a trajectory; issues of this step are added to those of reading.

    Frames are (T, 34) in rad at the configured rate. Joints that the source lacks stay NaN, all else
    is finite, and configured joints are 0. Without a usable part of a trial there is no trial.
    """
    if read.trial is None:
        return read
    angles_rad, issues = _joint_angles(read.trial, settings)
    if angles_rad is None:
        return Outcome(None, [*read.issues, *issues])
    info = _info(read.trial.info, angles_rad, settings.frame_rate_hz)
    return Outcome(Trial(info, angles_rad.astype(np.float32), None), [*read.issues, *issues])


def _joint_angles(trial: Trial, settings: MotionSettings) -> tuple[np.ndarray | None, list[Issue]]:
    angles = trial.frames[:, FIRST_JOINT:].astype(np.float64)  # (T, 34)
    angles[:, np.isin(JOINT_NAMES, settings.zero_joints)] = 0.0
    issues = _drop_mostly_missing(angles, trial)
    part = longest_usable_part(angles, trial.time_s, settings.max_gap_s)
    duration_s = _duration_s(trial, part)
    if duration_s < settings.min_duration_s:
        detail = f"{duration_s:.2f} s of usable motion, motion.min_duration_s is {settings.min_duration_s}"
        return None, [*issues, issue_of(trial.info, STAGE, "rejected", "too_short", detail)]
    if part.stop - part.start < len(angles):
        first_s, last_s, end_s = trial.time_s[[part.start, part.stop - 1, -1]]
        kept = f"kept {first_s:.2f} to {last_s:.2f} s of {end_s:.2f} s"
        issues.append(_warning(trial, "cut", f"{kept}, the longest part without a long gap"))
    n_missing = np.isnan(angles[part]).sum()
    # Before cutting: a short gap at the end of the part has its other side beyond it.
    angles = close_gaps(angles, trial.time_s)[0][part]
    if n_filled := int(n_missing - np.isnan(angles).sum()):
        detail = f"{n_filled} missing values were interpolated (motion.max_gap_s)"
        issues.append(_warning(trial, "gap_filled", detail))
    return resample(angles, trial.time_s[part], settings.frame_rate_hz), issues


def _duration_s(trial: Trial, part: slice) -> float:
    """Seconds that a part of the trial lasts, the interval of its last frame included."""
    if part.stop - part.start < 2:
        return 0.0
    return float(np.ptp(trial.time_s[part])) + 1 / trial.info["frame_rate_hz"]


def _drop_mostly_missing(angles: np.ndarray, trial: Trial) -> list[Issue]:
    """Drop, in place, joints of arms and trunk that are missing in most frames.

    They would shorten the trial most. A joint of the legs is never dropped.
    """
    missing = np.isnan(angles).mean(axis=0)  # (34,)
    mostly = (missing > 0.5) & (missing < 1.0) & ~IS_LEG
    angles[:, mostly] = np.nan
    if not mostly.any():
        return []
    names = ", ".join(np.array(JOINT_NAMES)[mostly])
    return [_warning(trial, "joint_dropped", f"missing in most frames: {names}")]


def _warning(trial: Trial, problem: str, detail: str) -> Issue:
    return issue_of(trial.info, STAGE, "warning", problem, detail)


def _info(info: dict, angles_rad: np.ndarray, frame_rate_hz: float) -> dict:
    missing = np.isnan(angles_rad).all(axis=0)
    quantised = np.round(np.nan_to_num(angles_rad, nan=99.0) / HASH_RESOLUTION_RAD).astype("<i4")
    return {
        **info,
        "duration_s": round(len(angles_rad) / frame_rate_hz, 4),
        "missing_joints": [n for n, gone in zip(JOINT_NAMES, missing, strict=True) if gone],
        "angles_sha256": hashlib.sha256(quantised.tobytes()).hexdigest(),
    }
