"""What a diagnosis or a device changes in the curves: offsets, bells and gains on named joints."""

from typing import NamedTuple

import numpy as np

from biomechgpt.simulation.waveforms import INDEX, bump

SMALLEST_GAIN = 0.03


class Deviation(NamedTuple):
    """A change of one channel: `value` in degrees, or a factor when `kind` is gain."""

    channel: int
    kind: str
    value: float
    phase: float
    width: float


def draw_deviations(
    listed: list[dict],
    affected_side: str,
    severity: float,
    difficulty: dict[str, float],
    random: np.random.Generator,
) -> list[Deviation]:
    """One person's deviations from entries of simulated_cohort.yaml, scaled by severity.

    `difficulty` holds gain, spread and least severity for all entries; an entry may have its own
    `least`: a prosthetic ankle does not push off, however well its user walks.
    """
    drawn = []
    for entry in listed:
        strength = difficulty["gain"] * max(severity, difficulty["least"], entry.get("least", 0.0))
        mean, sd = entry["value"]
        value = float(random.normal(mean, difficulty["spread"] * sd))
        value = 1 + strength * (value - 1) if entry["kind"] == "gain" else strength * value
        value = max(value, SMALLEST_GAIN) if entry["kind"] == "gain" else value
        for channel, sign, shift in _targets(entry, affected_side):
            signed = value if entry["kind"] == "gain" else sign * value
            phase = entry.get("phase", 0.0) + shift
            drawn.append(Deviation(channel, entry["kind"], signed, phase, entry.get("width", 0.1)))
    return drawn


def _targets(entry: dict, affected_side: str) -> list[tuple[int, int, float]]:
    """(channel, sign, phase shift) of an entry; the trunk's phase is that of the right leg."""
    joint, side = entry["joint"], entry["side"]
    other = "l" if affected_side == "r" else "r"
    if joint in INDEX:
        lateral = joint.endswith(("_bending", "_list"))
        mirrored = side == "affected" and affected_side == "l"
        return [(INDEX[joint], -1 if lateral and mirrored else 1, 0.5 if mirrored else 0.0)]
    sides = {"affected": affected_side, "other": other, "both": "rl"}[side]
    return [(INDEX[f"{joint}_{s}"], 1, 0.0) for s in sides]


def apply_to_pattern(pattern: np.ndarray, deviations: list[Deviation]) -> None:
    """Change a pattern (C, 13) in place; gains first, so that a bell keeps its height."""
    for deviation in deviations:
        if deviation.kind == "gain":
            pattern[deviation.channel, 1:] *= deviation.value
    for deviation in deviations:
        if deviation.kind == "offset":
            pattern[deviation.channel, 0] += deviation.value
        elif deviation.kind == "bump":
            pattern[deviation.channel] += deviation.value * bump(deviation.phase, deviation.width)


def posture_offsets(count: int, deviations: list[Deviation]) -> np.ndarray:
    """Change (count,) of a still pose by the deviations, of which only offsets apply."""
    offsets = np.zeros(count)
    for deviation in deviations:
        if deviation.kind == "offset":
            offsets[deviation.channel] += deviation.value
    return offsets
