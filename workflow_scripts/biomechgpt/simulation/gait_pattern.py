"""How a person walks in a trial: a pattern for each way of going, poses, step time and length."""

from dataclasses import dataclass

import numpy as np

from biomechgpt.simulation.deviations import apply_to_pattern, posture_offsets
from biomechgpt.simulation.ground import displacement
from biomechgpt.simulation.people import Person
from biomechgpt.simulation.waveforms import (
    CHANNELS,
    GRID,
    LEFT,
    bump,
    channels_of,
    evaluate,
    pattern_of,
    pose_of,
    scale_swing,
    through,
)

STEP_LIMITS_S = (0.36, 1.7)
SHORTEST_STEP_M = 0.12
HIP_GAIN_LIMITS = (0.4, 1.7)


@dataclass
class GaitPattern:
    """Patterns (C, 13) by way of going, poses (C,), and the rhythm of forward steps."""

    patterns: dict[str, np.ndarray]
    poses: dict[str, np.ndarray]
    lift: np.ndarray  # (C, 13) added while stepping over an obstacle
    step_s: float
    step_length_m: float
    double_support: float  # share of the cycle after each heel strike


def build_gait(
    person: Person, speed_m_s: float, device: str, normal_gait: dict, cohort: dict
) -> GaitPattern:
    """The gait of `person` at a wished speed; steps follow from the curves, cadence from both."""
    deviations = person.deviations + (person.device_deviations if device != "none" else [])
    poses = {name: pose_of(entry["angles"]) for name, entry in normal_gait["poses"].items()}
    offsets, gains = _day(person, cohort)
    ways = _ways(person, speed_m_s, gains, poses["standing"], normal_gait)
    for pattern in ways.values():
        pattern[:, 0] += offsets
        apply_to_pattern(pattern, deviations)
    still = offsets + posture_offsets(len(CHANNELS), deviations)
    poses["standing"] = poses["standing"] + still
    poses["sitting"] = poses["sitting"] + 0.5 * still
    double_support = _double_support(person, speed_m_s, normal_gait["double_support"])
    wished_m = wished_step_m(person, speed_m_s, normal_gait["walk_ratio"])
    gain = _hip_gain(ways["forward"], wished_m, double_support, person.scale)
    as_walking = [n for n, entry in normal_gait["ways"].items() if entry["about"] == "walking"]
    for name in ("forward", *as_walking):
        scale_swing(ways[name], "hip_flexion", gain)
    step_m = max(SHORTEST_STEP_M, step_length_m(ways["forward"], double_support, person.scale))
    step_s = float(np.clip(step_m / speed_m_s, *STEP_LIMITS_S))
    return GaitPattern(ways, poses, _lift(normal_gait["obstacle"]), step_s, step_m, double_support)


def _ways(
    person: Person, speed_m_s: float, gains: np.ndarray, standing: np.ndarray, normal_gait: dict
) -> dict[str, np.ndarray]:
    """The patterns (C, 13) of each way of going, before deviations and offsets."""
    walking, listed = _at_speed(normal_gait, speed_m_s), normal_gait["ways"]
    amplitude = np.sqrt((walking[:, 1:] ** 2).sum(axis=1, keepdims=True))
    walking[:, 1:] = (walking[:, 1:] + amplitude * person.shape) * gains[:, None]
    ways = {name: _way(entry, walking, standing) for name, entry in listed.items()}
    sideways = _sideways(ways.pop("sideways"), listed["sideways"]["abduction_deg"])
    return {"forward": walking} | ways | sideways


def _double_support(person: Person, speed_m_s: float, slope: dict) -> float:
    share = slope["at_1_3_m_s"] + slope["per_m_s"] * (speed_m_s - 1.3) + person.stance_shift
    return float(np.clip(share, 0.05, 0.25))


def step_length_m(pattern: np.ndarray, double_support: float, scale: float) -> float:
    """Mean step length of a pattern: how far one planted cycle carries the pelvis, halved."""
    phase = np.append(GRID, 1.0)
    angles_deg = evaluate(pattern, phase)
    moved = displacement(angles_deg, np.zeros(len(phase)), stance(phase, double_support), scale)
    return float(np.hypot(*moved.sum(axis=0)[[0, 2]]) / 2)


def wished_step_m(person: Person, speed_m_s: float, walk_ratio: dict) -> float:
    """Step length that the person's walk ratio (step length over cadence) gives at a speed."""
    ratio = walk_ratio["m_per_step_min"] * person.walk_ratio * person.scale
    ratio *= max(1.0, walk_ratio["slow_below_m_s"] / speed_m_s) ** walk_ratio["slow_power"]
    return float(np.sqrt(60 * speed_m_s * ratio))


def _hip_gain(pattern: np.ndarray, wished_m: float, double_support: float, scale: float) -> float:
    """Factor on the hips' swing that makes the steps `wished_m` long, within limits."""

    def length(gain: float) -> float:
        scaled = pattern.copy()
        scale_swing(scaled, "hip_flexion", gain)
        return step_length_m(scaled, double_support, scale)

    at_1, at_08 = length(1.0), length(0.8)
    slope = max((at_1 - at_08) / 0.2, 0.05)
    return float(np.clip(1 + (wished_m - at_1) / slope, *HIP_GAIN_LIMITS))


def stance(phase: np.ndarray, double_support: float) -> np.ndarray:
    """Share (T, 2) of the weight on the right and on the left foot at the right leg's `phase`."""
    cycle = np.asarray(phase) % 1
    knots = [0, double_support, 0.5, 0.5 + double_support, 1]
    right = np.interp(cycle, knots, [0, 1, 1, 0, 0])
    return np.stack([right, 1 - right], axis=1)


def _day(person: Person, cohort: dict) -> tuple[np.ndarray, np.ndarray]:
    """The person's offsets and swing gains (C,) as they are in this trial."""
    trial, random = cohort["trial"], person.random
    offsets, gains = person.offsets.copy(), person.gains.copy()
    for joint, sd in cohort["person"]["offset_deg"].items():
        channels = channels_of(joint)
        offsets[channels] += trial["offset"] * sd * random.standard_normal(len(channels))
        gains[channels] *= np.exp(trial["swing_gain_sd"] * random.standard_normal(len(channels)))
    return offsets, gains


def _at_speed(normal_gait: dict, speed_m_s: float) -> np.ndarray:
    """The unimpaired pattern (C, 13) at a speed."""
    speed, pattern = normal_gait["speed"], pattern_of(normal_gait["curves"])
    low, high = speed["gain_limits"]
    faster = speed_m_s - speed["curves_at_m_s"]

    hip = 1 + speed["hip_gain_per_m_s"] * (speed_m_s - speed["hip_gain_at_m_s"])
    scale_swing(pattern, "hip_flexion", float(np.clip(hip, low, high)))
    for joint, slope in speed["gain_per_m_s"].items():
        scale_swing(pattern, joint, float(np.clip(1 + slope * faster, low, high)))
    slow = min(0.0, speed_m_s - speed["knee_swing_slow_m_s"])
    knee = speed["knee_loading_per_m_s"] * faster * bump(0.13, 0.08)
    pattern[channels_of("knee_angle")] += knee + speed["knee_swing_slow_per_m_s"] * slow * bump(
        0.71, 0.1
    )
    return pattern


def _way(entry: dict, walking: np.ndarray, standing: np.ndarray) -> np.ndarray:
    pattern = walking.copy()
    if entry["about"] == "standing":
        pattern[:, 0] = standing
    pattern[:, 1:] *= entry["swing"]["default"]
    for joint, gain in entry["swing"].items():
        if joint != "default":
            scale_swing(pattern, joint, gain / entry["swing"]["default"])
    for joint, angle in entry.get("offset", {}).items():
        pattern[channels_of(joint), 0] += angle
    for joint, points in entry.get("points", {}).items():
        pattern[channels_of(joint)] = through(points)
    return pattern


def _sideways(pattern: np.ndarray, abduction_deg: float) -> dict[str, np.ndarray]:
    """To the right and to the left: both legs abduct as the leading foot lands."""
    right, left = pattern.copy(), pattern.copy()
    hips = channels_of("hip_adduction")
    lands = through(
        {0.0: -abduction_deg, 0.25: -abduction_deg / 2, 0.5: 0, 0.75: -abduction_deg / 2}
    )
    closes = through(
        {0.5: -abduction_deg, 0.75: -abduction_deg / 2, 0.0: 0, 0.25: -abduction_deg / 2}
    )
    for channel in hips:
        right[channel] = closes if LEFT[channel] else lands
        left[channel] = lands if LEFT[channel] else closes
    return {"sideways right": right, "sideways left": left}


def _lift(obstacle: dict) -> np.ndarray:
    pattern = np.zeros((len(CHANNELS), 13))
    bell = bump(obstacle["phase"], obstacle["width"])
    for joint, angle in obstacle["angles"].items():
        pattern[channels_of(joint)] = angle * bell
    return pattern
