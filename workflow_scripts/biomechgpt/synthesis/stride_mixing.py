"""Walks made of strides in between those of two recorded walks of the same label."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.signal import find_peaks

from biomechgpt.body.gait import feet_positions, measure_gait
from biomechgpt.body.gait_events import MIN_STEP_M
from biomechgpt.synthesis.walks import Walk

N_POINTS = 50  # of a time-normalised stride
LEAST_APART = 0.7  # of a stride's time, between two strides' beginnings
TOLERANCE = 0.2  # by which a stride's time may differ from that of the walk's cadence
KEPT_VARIANCE = 0.98  # of a label's strides, by their principal components


class Strides(NamedTuple):
    """The strides of one walk, from one landing of the right foot to the next, each closed to a cycle."""

    walk: Walk
    cycles: np.ndarray  # (K, P, J) rad
    stride_s: float  # mean time


class Components(NamedTuple):
    """The principal components of time-normalised strides."""

    middle: np.ndarray  # (P * J,)
    axes: np.ndarray  # (C, P * J)

    def kept(self, cycles: np.ndarray) -> np.ndarray:
        """What the components keep of cycles (K, P, J)."""
        flat = cycles.reshape(len(cycles), -1) - self.middle
        return (flat @ self.axes.T @ self.axes + self.middle).reshape(cycles.shape)


def stride_mix(
    walks: Sequence[Walk], frame_rate_hz: float
) -> Callable[[Walk, np.random.Generator], Walk | None]:
    """Mixes, within a label, strides of two walks, of two people where the label has two.

    Each synthetic walk has strides whose shape and time lie at a random share of the way from one walk to the
    other, in the principal components of the label's strides; from stride to stride they vary as
    those of the first walk. A joint that one of both lacks is missing. Of a label without strides
    there is no walk.
    """
    labels = dict.fromkeys(walk.label for walk in walks)
    strides = {label: _of_label(walks, label, frame_rate_hz) for label in labels}
    components = {label: _components(of_label) for label, of_label in strides.items() if of_label}

    def make(walk: Walk, random: np.random.Generator) -> Walk | None:
        if not strides[walk.label]:
            return None
        first, second = _two(strides[walk.label], walk, random)
        share = random.uniform()
        stride_s = first.stride_s ** (1 - share) * second.stride_s**share
        phase = random.uniform() + np.arange(len(walk.angles_rad)) / (frame_rate_hz * stride_s)
        own = first.cycles.mean(axis=0)
        variation = first.cycles[random.integers(len(first.cycles), size=int(phase[-1]) + 2)] - own
        shapes = (1 - share) * own + share * second.cycles.mean(axis=0) + variation
        angles = _played(components[walk.label].kept(shapes), phase)
        for source in (first.walk, second.walk):
            angles[:, np.isnan(source.angles_rad).all(axis=0)] = np.nan
        return first.walk._replace(angles_rad=angles)

    return make


def _of_label(walks: Sequence[Walk], label: str, frame_rate_hz: float) -> list[Strides]:
    """The strides of each walk of a label that has any; a missing joint is at the label's mean."""
    described = [_strides(walk, frame_rate_hz) for walk in walks if walk.label == label]
    described = [strides for strides in described if strides is not None]
    if not described:
        return []
    frames = np.concatenate([strides.walk.angles_rad for strides in described])
    known = ~np.isnan(frames)
    middle = np.where(known, frames, 0).sum(axis=0) / known.sum(axis=0).clip(min=1)
    return [
        strides._replace(cycles=np.where(np.isnan(strides.cycles), middle, strides.cycles))
        for strides in described
    ]


def _strides(walk: Walk, frame_rate_hz: float) -> Strides | None:
    ends_s = _ends_s(walk.angles_rad, frame_rate_hz)
    if not ends_s:
        return None
    frames = np.arange(len(walk.angles_rad))
    cycles = []
    for start_s, end_s in ends_s:
        at = np.linspace(start_s, end_s, N_POINTS + 1) * frame_rate_hz
        stride = np.stack([np.interp(at, frames, joint) for joint in walk.angles_rad.T], axis=1)
        closing = np.linspace(0, 1, N_POINTS + 1)[:, None] * (stride[-1] - stride[0])
        cycles.append((stride - closing)[:-1])
    return Strides(walk, np.stack(cycles), float(np.mean(np.diff(ends_s))))


def _ends_s(angles_rad: np.ndarray, frame_rate_hz: float) -> list[tuple[float, float]]:
    """When the strides of a walk begin and end, in s: where the right heel is farthest in front."""
    stride_s = 120 / measure_gait(angles_rad, frame_rate_hz).cadence_steps_min
    if np.isnan(stride_s):
        return []
    ahead_m = feet_positions(angles_rad)["heel_r"][:, 0]
    apart = max(1, round(LEAST_APART * stride_s * frame_rate_hz))
    peaks, _ = find_peaks(ahead_m, distance=apart, prominence=MIN_STEP_M)
    return [
        (float(start_s), float(end_s))
        for start_s, end_s in pairwise(peaks / frame_rate_hz)
        if abs((end_s - start_s) / stride_s - 1) <= TOLERANCE
    ]


def _components(described: Sequence[Strides]) -> Components:
    cycles = np.concatenate([strides.cycles for strides in described])
    flat = cycles.reshape(len(cycles), -1)
    middle = flat.mean(axis=0)
    _, singular, axes = np.linalg.svd(flat - middle, full_matrices=False)
    explained = np.cumsum(singular**2) / max(np.square(singular).sum(), 1e-12)
    return Components(middle, axes[: int(np.searchsorted(explained, KEPT_VARIANCE)) + 1])


def _two(
    described: Sequence[Strides], template: Walk, random: np.random.Generator
) -> tuple[Strides, Strides]:
    """The template's strides, or another walk's where it has none, and those of somebody else if possible."""
    own = [strides for strides in described if strides.walk.trial_id == template.trial_id]
    first = own[0] if own else described[random.integers(len(described))]
    person = first.walk.participant_id
    others = [strides for strides in described if strides.walk.participant_id != person]
    second = others or described
    return first, second[random.integers(len(second))]


def _played(cycles: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """The angles (T, J) at `phase` (T,), in strides, of cycles (K, P, J) one after the other.

    Each goes over into the next all along, so that there is no step between them.
    """
    number, within = phase.astype(int), phase % 1
    point = within * N_POINTS
    before = point.astype(int) % N_POINTS
    after, part = (before + 1) % N_POINTS, (point % 1)[:, None]
    this, following = (
        (1 - part) * cycles[at, before] + part * cycles[at, after] for at in (number, number + 1)
    )
    return (1 - within[:, None]) * this + within[:, None] * following
