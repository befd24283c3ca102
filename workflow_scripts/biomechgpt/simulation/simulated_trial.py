"""One trial: movement, then the labels that follow from it, then the measurement."""

from dataclasses import dataclass

import numpy as np

from biomechgpt.body.coordinates import JOINTS
from biomechgpt.body.kinematics import pelvis_angles
from biomechgpt.simulation.activities import perform
from biomechgpt.simulation.gait_pattern import GaitPattern, build_gait
from biomechgpt.simulation.ground import N_JOINTS, orientation
from biomechgpt.simulation.noise import add_noise, gap_mask
from biomechgpt.simulation.people import Person
from biomechgpt.simulation.plan import Planned
from biomechgpt.simulation.render import add_head_movement, add_sway, render_angles, render_path
from biomechgpt.simulation.timeline import Segment, Timeline, Tracks

LOW_DEG = np.degrees([joint.low_rad for joint in JOINTS])
SLOWEST_M_S = 0.12
HIGH_DEG = np.degrees([joint.high_rad for joint in JOINTS])


@dataclass
class SimulatedTrial:
    """What happened and what was measured of it.

    `angles_deg` (T, 37) and `pelvis_m` (T, 3) are without error, `measured_deg` (T, 37) has errors
    and gaps; `labels` are in m/s, steps/min and s, `strikes_s` the heel strikes of straight walking.
    """

    tracks: Tracks
    gait: GaitPattern
    segments: list[Segment]
    strikes_s: list[float]
    angles_deg: np.ndarray
    measured_deg: np.ndarray
    pelvis_m: np.ndarray
    labels: dict[str, float]


def simulate_trial(
    person: Person, plan: Planned, normal_gait: dict, cohort: dict, frame_rate_hz: float
) -> SimulatedTrial:
    """Let `person` do one planned trial; labels are measured on the movement that results."""
    gait = build_gait(person, _wished_speed(person, plan, cohort), plan.device, normal_gait, cohort)
    numbers = cohort["activities"]
    timeline = Timeline(gait, _variation(person, plan.condition, numbers), person.random)
    labels = perform(plan.activity, plan.condition, person, timeline, numbers)
    tracks = timeline.tracks(frame_rate_hz, tuple(gait.patterns))
    angles = render_angles(tracks, gait)
    _add_idle_movement(angles, tracks, person, plan.condition, numbers)
    angles[:, :N_JOINTS] = np.clip(angles[:, :N_JOINTS], LOW_DEG, HIGH_DEG)
    path = render_path(tracks, gait, angles, person.scale)
    if plan.activity == "overground walking":
        labels |= walking_labels(tracks.time_s, path, timeline.strikes_s)
    measured = _measure(angles, tracks, person, plan.device, frame_rate_hz, cohort)
    return SimulatedTrial(
        tracks, gait, timeline.segments, timeline.strikes_s, angles, measured, path, labels
    )


def _wished_speed(person: Person, plan: Planned, cohort: dict) -> float:
    """Speed (m/s) that the person sets out to walk at, today and in this condition."""
    factor = cohort["activities"]["speed_factor"].get(plan.condition, 1.0)
    factor *= cohort["devices"]["speed"].get(plan.device, 1.0)
    today = np.exp(cohort["trial"]["speed_sd"] * person.random.standard_normal())
    return max(SLOWEST_M_S, person.speed_m_s * factor * today)


def walking_labels(
    time_s: np.ndarray, path_m: np.ndarray, strikes_s: list[float]
) -> dict[str, float]:
    """Speed (m/s) and cadence (steps/min) from the second to the last but one heel strike."""
    first, last = strikes_s[1], strikes_s[-2]
    ends = [np.interp([first, last], time_s, path_m[:, axis]) for axis in (0, 2)]
    metres = np.hypot(*(np.diff(end)[0] for end in ends))
    steps = len(strikes_s) - 3
    return {
        "walking_speed_m_s": float(metres / (last - first)),
        "cadence_steps_min": float(60 * steps / (last - first)),
    }


def _variation(person: Person, condition: str, numbers: dict) -> dict[str, float]:
    extra = numbers["eyes_closed_cv"] if condition == "eyes closed" else 0.0
    longer = person.temporal_asymmetry / 2 * (1 if person.affected_side == "r" else -1)
    return {
        "step_time_cv": person.step_time_cv + extra,
        "step_amplitude_cv": person.step_amplitude_cv + extra,
        "right_swing_longer": float(np.clip(longer, -0.25, 0.25)),
    }


def _add_idle_movement(
    angles: np.ndarray, tracks: Tracks, person: Person, condition: str, numbers: dict
) -> None:
    closed = 1.6 if condition == "eyes closed" else 1.0
    more = (1 + person.severity) * closed
    add_sway(angles, tracks.time_s, numbers["sway_deg"], more, person.random)
    if condition == "head turns horizontal":
        add_head_movement(angles, tracks, "neck_rotation", numbers["head_turn_deg"])
    elif condition == "head turns vertical":
        add_head_movement(angles, tracks, "neck_extension", numbers["head_turn_deg"] / 2)


def _measure(
    angles: np.ndarray,
    tracks: Tracks,
    person: Person,
    device: str,
    frame_rate_hz: float,
    cohort: dict,
) -> np.ndarray:
    measured = add_noise(angles, tracks.time_s, frame_rate_hz, person, cohort)
    measured[:, :N_JOINTS] = np.clip(measured[:, :N_JOINTS], LOW_DEG, HIGH_DEG)
    turned = orientation(measured, np.radians(tracks.heading_deg))
    measured[:, N_JOINTS:] = np.degrees(pelvis_angles(turned))
    lost = gap_mask(measured.shape, frame_rate_hz, device, cohort["noise"], person.random)
    measured[lost] = np.nan
    return measured
