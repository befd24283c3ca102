"""Synthetic movements without a language model: recorded ones changed, shifted to other people or mixed.

What a generator knows of people it learns from the movements that it gets, those of training people.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from types import MappingProxyType

import numpy as np
from scipy.interpolate import CubicSpline

from biomechgpt.body.mirror import mirrored
from biomechgpt.language_model.augmentation import exchange_sides
from biomechgpt.synthesis.stride_mixing import stride_mix
from biomechgpt.synthesis.walks import Walk, in_rounds

NOISE = 0.1  # standard deviation, in those of the joint in the movement
TEMPO, LOCAL_TEMPO = (
    0.1,
    0.1,
)  # standard deviations of the logarithm of speed: of all, and along the movement
KNOTS = 4  # of the speed along a movement
LEAST_SPREAD_RAD = 1e-3  # of a joint whose range can be compared between people
RANGE_FACTOR = (0.5, 2.0)  # by which a range is made another person's, at most

# Makes one movement from a recorded one, or none where it cannot.
Maker = Callable[[Walk, np.random.Generator], Walk | None]


def generate(
    kind: str, walks: Sequence[Walk], n: int, frame_rate_hz: float, seed: int
) -> list[Walk]:
    """Synthetic movements with the labels of `walks` in their shares.

    Args:
        kind: One of `GENERATORS`.
        walks: Recorded movements of training people.
        n: How many are wanted; there are fewer where the generator cannot make some.
        frame_rate_hz: Of all movements.
        seed: Of all draws.
    """
    random = np.random.default_rng(seed)
    make, made = GENERATORS[kind](walks, frame_rate_hz), []
    for number, template in enumerate(in_rounds(walks, n, random)):
        walk = make(template, random)
        if walk is not None:
            made.append(walk._replace(trial_id=f"synthetic/{kind}/{number}"))
    return made


def oversample(walks: Sequence[Walk], frame_rate_hz: float) -> Maker:
    """Recorded movements once more."""
    return lambda walk, random: walk


def noise(walks: Sequence[Walk], frame_rate_hz: float) -> Maker:
    """Recorded movements with noise of each frame and joint."""

    def make(walk: Walk, random: np.random.Generator) -> Walk:
        spread = NOISE * walk.angles_rad.std(axis=0)
        jitter = spread * random.standard_normal(walk.angles_rad.shape)
        return walk._replace(angles_rad=walk.angles_rad + jitter)

    return make


def time_warp(walks: Sequence[Walk], frame_rate_hz: float) -> Maker:
    """Recorded movements at another speed, which also changes smoothly along the movement."""

    def make(walk: Walk, random: np.random.Generator) -> Walk:
        n_frames = len(walk.angles_rad)
        place = np.linspace(0, n_frames - 1, KNOTS)
        knots = LOCAL_TEMPO * random.standard_normal(KNOTS) + TEMPO * random.standard_normal()
        slowness = np.exp(CubicSpline(place, knots)(np.arange(n_frames - 1) + 0.5))
        time = np.concatenate([[0], np.cumsum(slowness)])  # of each recorded frame, in frames
        frames = np.arange(int(time[-1]) + 1)
        warped = [np.interp(frames, time, joint) for joint in walk.angles_rad.T]
        return walk._replace(angles_rad=np.stack(warped, axis=1))

    return make


def mirror(walks: Sequence[Walk], frame_rate_hz: float) -> Maker:
    """Recorded movements with left and right exchanged, in the words of the label too."""
    return lambda walk, random: walk._replace(
        angles_rad=mirrored(walk.angles_rad), label=exchange_sides(walk.label)
    )


def person_shift(walks: Sequence[Walk], frame_rate_hz: float) -> Maker:
    """Recorded movements on the way to another training person, in mean posture and in range of motion.

    Both are compared over the labels that the two people share, so that the way holds no label. There is
    none where nobody else has a label in common.
    """
    styles = _styles(walks)

    def make(walk: Walk, random: np.random.Generator) -> Walk | None:
        own = styles[walk.participant_id]
        others = [
            p for p, style in styles.items() if p != walk.participant_id and own.keys() & style
        ]
        if not others:
            return None
        other = styles[others[random.integers(len(others))]]
        shared = sorted(own.keys() & other)
        (mean, spread), (to_mean, to_spread) = (
            np.mean([style[label] for label in shared], axis=0) for style in (own, other)
        )
        share = random.uniform()
        comparable = (spread > LEAST_SPREAD_RAD) & (to_spread > LEAST_SPREAD_RAD)
        factor = np.divide(to_spread, spread, out=np.ones_like(spread), where=comparable)
        middle = walk.angles_rad.mean(axis=0)
        moved = (walk.angles_rad - middle) * factor.clip(*RANGE_FACTOR) ** share
        shift = share * np.nan_to_num(to_mean - mean)  # a joint that either lacks stays where it is
        return walk._replace(angles_rad=middle + shift + moved)

    return make


def _styles(walks: Sequence[Walk]) -> dict[str, dict[str, np.ndarray]]:
    """By person and label the mean and the spread (2, 34) of each joint, over the person's movements."""
    styles: dict[str, dict[str, np.ndarray]] = {}
    people = dict.fromkeys(walk.participant_id for walk in walks)
    labels = dict.fromkeys(walk.label for walk in walks)
    for person, label in product(people, labels):
        described = [
            (walk.angles_rad.mean(axis=0), walk.angles_rad.std(axis=0))
            for walk in walks
            if (walk.participant_id, walk.label) == (person, label)
        ]
        if described:
            styles.setdefault(person, {})[label] = np.mean(described, axis=0)
    return styles


GENERATORS: Mapping[str, Callable[[Sequence[Walk], float], Maker]] = MappingProxyType(
    {
        "oversample": oversample,
        "noise": noise,
        "time_warp": time_warp,
        "mirror": mirror,
        "person_shift": person_shift,
        "stride_mix": stride_mix,
    }
)
