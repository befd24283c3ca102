"""How a movement keeps to the limits of bodies, measured alike of recorded, decoded and synthetic ones."""

from itertools import pairwise

import numpy as np
from scipy.ndimage import uniform_filter1d

from biomechgpt.body.coordinates import JOINTS
from biomechgpt.body.gait import feet_positions
from biomechgpt.body.gait_events import contact_times_s

LOW_RAD, HIGH_RAD = np.array([(joint.low_rad, joint.high_rad) for joint in JOINTS]).T
ROUNDING_RAD = 1e-5  # of an angle that was cut to its range and stored in float32
SMOOTHING_S = 0.2  # of the path of the pelvis
HALF_CYCLE = (0.4, 0.6)  # of a stride, where the other foot lands


def movement_quality(angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, float]:
    """Measures of one movement (T, 34), of the joints that it has.

    Returns:
        `out_of_range_percent` of the angles of all joints; `speed_deg_s` and `jerk_deg_s3`, means over frames
        and joints that move; `foot_skate_cm_s`, the mean speed over the ground of the lower foot;
        `penetration_cm`, how deep it is under the floor in the mean; `legs_alternate` (1 or 0),
        whether the left foot lands in the middle of the right one's stride, within a tenth of it. Feet are
        those of an upright body of model size whose pelvis goes where the lower foot takes it, smoothed
        over 0.2 s. NaN where the movement is too short or has no strides.
    """
    known = ~np.isnan(angles_rad).any(axis=0)
    angles = angles_rad[:, known].astype(float)
    beyond = (angles < LOW_RAD[known] - ROUNDING_RAD) | (angles > HIGH_RAD[known] + ROUNDING_RAD)
    moving_deg = np.rad2deg(angles[:, np.ptp(angles, axis=0) > 0])
    skate_cm_s, penetration_cm = _ground(angles_rad, frame_rate_hz)
    return {
        "out_of_range_percent": 100 * float(beyond.mean()),
        "speed_deg_s": _mean_size(np.diff(moving_deg, axis=0)) * frame_rate_hz,
        "jerk_deg_s3": _mean_size(np.diff(moving_deg, n=3, axis=0)) * frame_rate_hz**3,
        "foot_skate_cm_s": skate_cm_s,
        "penetration_cm": penetration_cm,
        "legs_alternate": _legs_alternate(angles_rad, frame_rate_hz),
    }


def _mean_size(values: np.ndarray) -> float:
    return float(np.abs(values).mean()) if values.size else np.nan


def _ground(angles_rad: np.ndarray, frame_rate_hz: float) -> tuple[float, float]:
    """Mean speed over the ground (cm/s) and depth under the floor (cm) of the lower foot."""
    if len(angles_rad) < 2:
        return np.nan, np.nan
    points = feet_positions(angles_rad)
    contacts_m = np.stack([points[f"{end}_{side}"] for side in "rl" for end in ("heel", "toe")])
    lowest = contacts_m[:, :, 1].argmin(axis=0)  # (T,)
    size = max(1, round(SMOOTHING_S * frame_rate_hz))
    # Against the pelvis, of the point that is lowest before and after each step of time.
    steps_m = np.diff(contacts_m, axis=1)[lowest[:-1], np.arange(len(lowest) - 1)]
    slip_m = steps_m - uniform_filter1d(steps_m, size, axis=0, mode="nearest")
    height_m = contacts_m[lowest, np.arange(len(lowest)), 1]
    depth_m = uniform_filter1d(height_m, size, mode="nearest") - height_m
    skate_cm_s = 100 * frame_rate_hz * np.hypot(slip_m[:, 0], slip_m[:, 2]).mean()
    return float(skate_cm_s), 100 * float(depth_m.clip(min=0).mean())


def _legs_alternate(angles_rad: np.ndarray, frame_rate_hz: float) -> float:
    contacts_s = contact_times_s(angles_rad, frame_rate_hz)
    phases = [
        (time_s - start_s) / (end_s - start_s)
        for start_s, end_s in pairwise(contacts_s["r"])
        for time_s in contacts_s["l"]
        if start_s <= time_s < end_s
    ]
    if not phases:
        return np.nan
    return float(HALF_CYCLE[0] <= np.median(phases) <= HALF_CYCLE[1])
