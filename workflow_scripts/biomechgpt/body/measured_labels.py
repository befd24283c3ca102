"""Labels that kinematics measure on joint angles, without any learning."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import uniform_filter1d

from biomechgpt.body.gait import MEASURED_UNITS, NEEDED, measure_gait

TIMED_TESTS = ("tug_s", "fsst_s")  # label columns of tests that last as long as somebody moves
UNITS = MEASURED_UNITS | dict.fromkeys(TIMED_TESTS, "s")
MOVES_RAD_S = 0.4  # of hips and knees together; between quiet standing and the slowest rising
SMOOTHED_S = 0.2


def measured_labels(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, float]:
    """What kinematics measure on (T, 34) angles in rad, by label column of `UNITS`; NaN where nothing.

    Whether the trial is a walk or a timed test is not checked: a question is asked only where it
    applies.
    """
    gait = measure_gait(joint_angles_rad, frame_rate_hz)
    time_s = movement_time_s(joint_angles_rad, frame_rate_hz)
    walked = {label: getattr(gait, label) for label in MEASURED_UNITS}
    return walked | dict.fromkeys(TIMED_TESTS, time_s)


def measured_label(measured: Mapping[str, float], label: str, unit: str) -> float:
    """The entry of `measured_labels` for a label column, NaN where none has this label and unit."""
    return measured[label] if UNITS.get(label) == unit else np.nan


def movement_time_s(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> float:
    """Seconds from the first to the last movement of hips and knees in (T, 34) angles in rad.

    NaN where nothing moves, or hips and knees are not recorded.
    """
    legs = joint_angles_rad[:, NEEDED].astype(float)
    if len(legs) < 2 or np.isnan(legs).any():
        return np.nan
    smooth = uniform_filter1d(legs, max(1, round(SMOOTHED_S * frame_rate_hz)), axis=0)
    speed_rad_s = np.linalg.norm(np.gradient(smooth, axis=0), axis=1) * frame_rate_hz
    moving = np.flatnonzero(speed_rad_s > MOVES_RAD_S)
    return float(moving[-1] - moving[0] + 1) / frame_rate_hz if len(moving) else np.nan
