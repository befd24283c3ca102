"""From tracks to angles and the path of the pelvis."""

import numpy as np

from biomechgpt.simulation.gait_pattern import GaitPattern, stance
from biomechgpt.simulation.ground import pelvis_path
from biomechgpt.simulation.timeline import Tracks
from biomechgpt.simulation.waveforms import CHANNELS, INDEX, channels_of, evaluate


def render_angles(tracks: Tracks, gait: GaitPattern) -> np.ndarray:
    """Angles (T, 37) in degrees, without measurement noise, head movements or sway."""
    angles = np.zeros((len(tracks.time_s), len(CHANNELS)))
    for name, weight in tracks.ways.items():
        pattern = gait.patterns[name]
        moving = (evaluate(pattern, tracks.phase) - pattern[:, 0]) * tracks.swing[:, None]
        angles += weight[:, None] * (pattern[:, 0] + moving)
    stepping = sum(tracks.ways.values(), np.zeros(len(tracks.time_s)))[:, None]
    angles += (1 - stepping) * gait.poses["standing"]
    if tracks.lift.any():
        angles += tracks.lift[:, None] * evaluate(gait.lift, tracks.phase)
    sit = tracks.sit[:, None]
    angles = (1 - sit) * angles + sit * gait.poses["sitting"]
    angles += tracks.rise[:, None] * gait.poses["rising"]
    _look_where_turning(angles, tracks)
    return angles


def _look_where_turning(angles: np.ndarray, tracks: Tracks) -> None:
    """Head and trunk lead a turn; the legs rotate under the pelvis with the steps."""
    rate = np.gradient(tracks.heading_deg, tracks.time_s)  # deg/s
    angles[:, INDEX["neck_rotation"]] += np.clip(0.22 * rate, -25, 25)
    angles[:, INDEX["lumbar_rotation"]] += np.clip(0.10 * rate, -12, 12)
    cycle = 2 * np.pi * tracks.phase
    angles[:, INDEX["hip_rotation_r"]] -= np.clip(0.10 * rate, -15, 15) * np.cos(cycle)
    angles[:, INDEX["hip_rotation_l"]] -= np.clip(0.10 * rate, -15, 15) * np.cos(cycle)


def add_sway(
    angles: np.ndarray,
    time_s: np.ndarray,
    sizes_deg: dict[str, float],
    more: float,
    random: np.random.Generator,
) -> None:
    """Add slow wandering of posture, in place: three sines of 0.1 to 0.6 Hz a joint, times `more`."""
    for joint, size_deg in sizes_deg.items():
        for channel in channels_of(joint):
            height_deg = 0.6 * more * size_deg * random.standard_normal(3)
            turns = np.outer(time_s, random.uniform(0.1, 0.6, 3)) + random.random(3)
            angles[:, channel] += np.sin(2 * np.pi * turns) @ height_deg


def add_head_movement(angles: np.ndarray, tracks: Tracks, joint: str, size_deg: float) -> None:
    """Add, in place, head turns every three steps, as in the functional gait assessment."""
    turned = np.sin(np.pi * 2 * tracks.phase / 3)
    angles[:, INDEX[joint]] += size_deg * np.tanh(2 * turned)


def render_path(tracks: Tracks, gait: GaitPattern, angles: np.ndarray, scale: float) -> np.ndarray:
    """Pelvis position (T, 3) in m."""
    stepping = sum(tracks.ways.values(), np.zeros(len(tracks.time_s)))[:, None]
    weight = stepping * stance(tracks.phase, gait.double_support) + (1 - stepping) * 0.5
    climbing = sum(
        (w for n, w in tracks.ways.items() if n.startswith("stairs")), np.zeros(len(tracks.time_s))
    )
    return pelvis_path(angles, np.radians(tracks.heading_deg), weight, climbing, scale)
