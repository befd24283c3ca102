"""Quality, likeness and memory of the synthetic movements of one fold, each beside what real ones have."""

import logging
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from biomechgpt.evaluation.synthesis_names import HALVES, TEST, TRAINING
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.synthesis import fidelity, memory
from biomechgpt.synthesis.movement_quality import movement_quality
from biomechgpt.synthesis.utility import describe
from biomechgpt.synthesis.walks import Walk

log = logging.getLogger(__name__)
FEWEST = 8  # walks of a set whose likeness is measured
ROCKET = BaselineSettings(kind="rocket")


def quality_rows(sources: Mapping[str, Sequence[Walk]], frame_rate_hz: float) -> Iterator[dict]:
    """A row a source and measure of movement: the mean over its walks that have it."""
    for source, walks in sources.items():
        measured = [movement_quality(walk.angles_rad, frame_rate_hz) for walk in walks]
        for measure, value in pd.DataFrame(measured).mean().items():
            yield _row(source, measure, value, len(walks))


def likeness_rows(
    sources: Mapping[str, Sequence[Walk]], frame_rate_hz: float, seed: int
) -> Iterator[dict]:
    """Likeness to real training walks, spread, nearness and recognition, by source.

    `sources` begin with `TRAINING` and `TEST`; all sets that are compared are as large as the smallest.
    """
    every = [walk for walks in sources.values() for walk in walks]
    training, halves = sources[TRAINING], _halves(sources[TRAINING])
    n = min(len(walks) for walks in (*sources.values(), *halves))
    if n < FEWEST:
        log.warning("likeness is not measured: a set has %d walks, %d are needed", n, FEWEST)
        return
    features = describe(ROCKET, every, training, frame_rate_hz)
    is_training = features.trial_ids.isin([walk.trial_id for walk in training])
    values = fidelity.principal_components(features.values, is_training, n)
    points = dict(zip(features.trial_ids, values, strict=True))
    random = np.random.default_rng(seed)
    for source, first, second in _pairs(sources, halves):
        drawn = [_draw(walks, n, random) for walks in (first, second)]
        for measure, value in _likeness(*drawn, points).items():
            yield _row(source, measure, value, n)
    for source, walks in sources.items():
        if source not in (TRAINING, TEST):
            of_source = (training, sources[TEST], walks)
            for measure, value in _nearness(*of_source, points).items():
                yield _row(source, measure, value, len(walks))


def copied_rows(
    sources: Mapping[str, Sequence[Walk]], training: Sequence[np.ndarray]
) -> Iterator[dict]:
    """Of sources that were decoded from tokens, how much of a walk stands in one training walk."""
    for source, walks in sources.items():
        tokens = [walk.tokens for walk in walks if walk.tokens is not None]
        if tokens:
            copied = memory.longest_copied_runs(tokens, training)
            yield _row(source, "copied_share", copied.mean(), len(tokens))


def _row(source: str, measure: str, value: float, n_walks: int) -> dict:
    return {"source": source, "measure": measure, "value": float(value), "n_walks": n_walks}


def _halves(walks: Sequence[Walk]) -> tuple[list[Walk], list[Walk]]:
    """The walks of every second person, and those of the others."""
    people = sorted({walk.participant_id for walk in walks})
    first = set(people[::2])
    sides = [
        [walk for walk in walks if (walk.participant_id in first) == side] for side in (True, False)
    ]
    return sides[0], sides[1]


def _pairs(
    sources: Mapping[str, Sequence[Walk]], halves: tuple[Sequence[Walk], Sequence[Walk]]
) -> Iterator[tuple[str, Sequence[Walk], Sequence[Walk]]]:
    yield HALVES, *halves
    for source, walks in sources.items():
        if source != TRAINING:
            yield source, sources[TRAINING], walks


def _draw(walks: Sequence[Walk], n: int, random: np.random.Generator) -> list[Walk]:
    return [walks[place] for place in random.choice(len(walks), n, replace=False)]


def _likeness(
    first: Sequence[Walk], second: Sequence[Walk], points: Mapping[str, np.ndarray]
) -> dict[str, float]:
    real, other = (np.stack([points[walk.trial_id] for walk in walks]) for walks in (first, second))
    people = [np.array([walk.participant_id for walk in walks]) for walks in (first, second)]
    labels = [np.array([walk.label for walk in walks]) for walks in (first, second)]
    precision, recall = fidelity.precision_and_recall(real, other)
    spreads = (fidelity.spread_within(*part) for part in ((other, labels[1]), (real, labels[0])))
    return {
        "frechet_distance": fidelity.frechet_distance(real, other),
        "precision": precision,
        "recall": recall,
        "told_apart": fidelity.told_apart(real, other, *people),
        "spread_ratio": float(np.divide(*spreads)),
    }


def _nearness(
    training: Sequence[Walk],
    strangers: Sequence[Walk],
    synthetic: Sequence[Walk],
    points: Mapping[str, np.ndarray],
) -> dict[str, float]:
    known, usual, made = (
        np.stack([points[walk.trial_id] for walk in walks])
        for walks in (training, strangers, synthetic)
    )
    people = np.array([walk.participant_id for walk in training])
    recognised = memory.recognised_share(made, known, people, usual)
    return memory.nearness(made, known, usual) | {"recognised_share": recognised}
