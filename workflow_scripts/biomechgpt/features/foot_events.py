"""When each foot stands, from joint angles alone.

The heel farthest in front of the pelvis and the toe farthest behind it (Zeni et al. 2008) lie outside
of stance: there the foot moves as fast as the pelvis, not as the ground. Stance is taken to begin and
end where the foot passes half the walking speed. On a recording with marked events this is at most 16
ms off; Zeni's instants are 25 to 45 ms off in opposite directions, which makes stance five percent of
the cycle too long.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from biomechgpt.body.gait import Gait, feet_positions
from biomechgpt.body.gait_events import MIN_STEP_M, SHORTEST_STRIDE_S, contact_times_s

ON_GROUND = 0.5  # share of the walking speed at which a foot on the ground moves backward at least
SMOOTHED_S = 0.1


class FootEvents(NamedTuple):
    """Times in s at which a foot meets and leaves the ground."""

    contacts_s: np.ndarray
    offs_s: np.ndarray


def foot_events(
    joint_angles_rad: np.ndarray, frame_rate_hz: float, gait: Gait
) -> dict[str, FootEvents]:
    """Events of each foot, `r` and `l`, in (T, 34) angles in rad of a trial with this `gait`."""
    points = feet_positions(joint_angles_rad)
    fronts_s = contact_times_s(joint_angles_rad, frame_rate_hz)
    limit_m = -ON_GROUND * gait.walking_speed_m_s / frame_rate_hz  # a frame
    apart = max(1, round(SHORTEST_STRIDE_S * frame_rate_hz))
    events = {}
    for side in "rl":
        heel_m, toe_m = (points[f"{part}_{side}"][:, 0] for part in ("heel", "toe"))
        fronts = np.round(fronts_s[side] * frame_rate_hz).astype(int)
        rears, _ = find_peaks(-toe_m, distance=apart, prominence=MIN_STEP_M)
        heel_speed_m, toe_speed_m = (
            uniform_filter1d(np.gradient(ahead_m), max(1, round(SMOOTHED_S * frame_rate_hz)))
            for ahead_m in (heel_m, toe_m)
        )
        # The last instant before a frame is the first after it in the trial turned round.
        turned = _landing(toe_speed_m[::-1], len(toe_m) - 1 - rears, limit_m)
        events[side] = FootEvents(
            _landing(heel_speed_m, fronts, limit_m) / frame_rate_hz,
            (len(toe_m) - 1 - turned) / frame_rate_hz,
        )
    return events


def _landing(velocity_m: np.ndarray, frames: np.ndarray, limit_m: float) -> np.ndarray:
    """Frames, with fractions, at which `velocity_m` (T,) first falls to `limit_m` after `frames`.

    NaN where it does not before the trial ends.
    """
    crossed = np.flatnonzero((velocity_m[:-1] > limit_m) & (velocity_m[1:] <= limit_m))
    following = np.searchsorted(crossed, frames)
    at = np.append(crossed, -1)[following]
    before, after = velocity_m[at], velocity_m[np.minimum(at + 1, len(velocity_m) - 1)]
    share = (before - limit_m) / np.where(before > after, before - after, 1.0)
    return np.where(at < 0, np.nan, at + share)
