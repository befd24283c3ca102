"""What the tokens of a trial keep of what gait laboratories look at."""

import numpy as np

from biomechgpt.body.gait import measure_gait
from biomechgpt.body.gait_events import contact_times_s, knee_flexion_deg, swing_frames

SAME_CONTACT_S = 0.2  # contacts farther apart are not the same one
SAME_SWING_S = 0.15


def joint_errors(original_rad: np.ndarray, made_rad: np.ndarray, live: np.ndarray) -> dict:
    """Over the live joints that a trial (T, J) has: RMSE, 95th percentile and range, in degrees.

    The range of motion of a joint lies between the 5th and the 95th percentile of its angles.
    """
    seen = live & ~np.isnan(original_rad).all(axis=0)
    original, made = np.rad2deg(original_rad[:, seen]), np.rad2deg(made_rad[:, seen])
    # Averaged in float32, as the angles are: `body.joint_errors` adds up in float64, which would move the
    # fourth decimal of tables that earlier runs wrote.
    error = np.abs(made - original)
    ranges = [
        np.subtract(*np.quantile(angles, [0.95, 0.05], axis=0)) for angles in (original, made)
    ]
    return {
        "rmse_deg": float(np.sqrt(np.square(error).mean(axis=0)).mean()),
        "p95_deg": float(np.quantile(error, 0.95, axis=0).mean()),
        "range_error_deg": float(np.abs(ranges[1] - ranges[0]).mean()),
        "range_bias_deg": float((ranges[1] - ranges[0]).mean()),
    }


def gait_errors(original_rad: np.ndarray, made_rad: np.ndarray, frame_rate_hz: float) -> dict:
    """Reconstruction minus original of cadence, speed, swing and contacts; NaN where nobody walks.

    `swing_knee_deg` is the mean over swings of the greatest flexion, reconstructed minus original;
    `contact_ms` the mean distance in time of the same contact in both; `contacts_missed` the share
    of contacts that have none within `SAME_CONTACT_S`.
    """
    known, seen = (measure_gait(angles, frame_rate_hz) for angles in (original_rad, made_rad))
    nothing = dict.fromkeys(
        (
            "cadence_steps_min",
            "walking_speed_m_s",
            "swing_knee_deg",
            "contact_ms",
            "contacts_missed",
        ),
        np.nan,
    )
    if np.isnan(known.cadence_steps_min):
        return nothing
    return nothing | {
        "cadence_steps_min": seen.cadence_steps_min - known.cadence_steps_min,
        "walking_speed_m_s": seen.walking_speed_m_s - known.walking_speed_m_s,
        "swing_knee_deg": _swing_error_deg(original_rad, made_rad, frame_rate_hz),
        **_contact_errors(original_rad, made_rad, frame_rate_hz),
    }


def _swing_error_deg(original_rad: np.ndarray, made_rad: np.ndarray, frame_rate_hz: float) -> float:
    reach = max(1, round(SAME_SWING_S * frame_rate_hz))
    original, made = knee_flexion_deg(original_rad), knee_flexion_deg(made_rad)
    errors = [
        made[side][max(0, frame - reach) : frame + reach + 1].max() - original[side][frame]
        for side, frames in swing_frames(original_rad, frame_rate_hz).items()
        for frame in frames
    ]
    return float(np.mean(errors)) if errors else np.nan


def _contact_errors(
    original_rad: np.ndarray, made_rad: np.ndarray, frame_rate_hz: float
) -> dict[str, float]:
    known, seen = (contact_times_s(angles, frame_rate_hz) for angles in (original_rad, made_rad))
    distances_s = np.array(
        [
            np.min(np.abs(seen[side] - time_s), initial=np.inf)
            for side in "rl"
            for time_s in known[side]
        ]
    )
    if not len(distances_s):
        return {}
    near = distances_s <= SAME_CONTACT_S
    return {
        "contact_ms": 1000 * float(distances_s[near].mean()) if near.any() else np.nan,
        "contacts_missed": float(1 - near.mean()),
    }
