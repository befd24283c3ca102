"""Whether classifiers of recorded movement gain by synthetic movements in training."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features
from biomechgpt.baselines.gait_features import measure_shard
from biomechgpt.baselines.kinds import KINDS
from biomechgpt.baselines.task_examples import Examples, TaskExamples
from biomechgpt.evaluation.synthesis_names import (
    ALONE,
    CONTROLS,
    OTHER_PEOPLE,
    REAL,
    SHUFFLED,
    WITH_REAL,
)
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.synthesis.walks import Walk, in_rounds, write_walks


class Arm(NamedTuple):
    """What one classifier is trained on: recorded walks, synthetic ones, or both."""

    use: str
    generator: str  # "" of recorded walks alone
    per_real: float  # synthetic walks for each recorded one
    training: Sequence[Walk]


def draw_people(walks: Sequence[Walk], n: int, seed: int) -> list[str]:
    """`n` of the people of these walks, or all of them, who together have as many labels as can be."""
    people = sorted({walk.participant_id for walk in walks})
    if n >= len(people):
        return people
    labels = {p: {walk.label for walk in walks if walk.participant_id == p} for p in people}
    random = np.random.default_rng(seed)
    draws = [[str(p) for p in random.choice(people, n, replace=False)] for _ in range(100)]
    return sorted(max(draws, key=lambda drawn: len(set().union(*(labels[p] for p in drawn)))))


def arms(
    real: Sequence[Walk], synthetic: Mapping[str, Sequence[Walk]], per_real: Sequence[float]
) -> Iterator[Arm]:
    """What classifiers are trained on: `real`, and with each generator's walks beside and instead of it.

    The walks of a smaller share are the first of a larger one. Controls stand beside real walks only.
    """
    yield Arm(REAL, "", 0.0, real)
    for generator, walks in synthetic.items():
        for share in per_real:
            yield Arm(WITH_REAL, generator, share, [*real, *walks[: round(share * len(real))]])
        if walks and generator not in CONTROLS:
            most = max(per_real)
            yield Arm(ALONE, generator, most, walks[: round(most * len(real))])


def controls(
    others: Sequence[Walk], synthetic: Sequence[Walk], n: int, seed: int
) -> dict[str, list[Walk]]:
    """What must help if anything does, and what must not.

    `others` are recorded walks of training people whom the classifiers have not seen (there may be none),
    and stand where synthetic walks would; the labels of `synthetic` are dealt out anew.
    """
    random = np.random.default_rng(seed)
    labels = random.permutation([walk.label for walk in synthetic])
    shuffled = [
        walk._replace(trial_id=f"{walk.trial_id}/shuffled", label=str(label))
        for walk, label in zip(synthetic, labels, strict=True)
    ]
    new_people = list(in_rounds(others, min(n, len(others)), random)) if others else []
    return {OTHER_PEOPLE: new_people, SHUFFLED: shuffled}


def describe(
    baseline: BaselineSettings,
    walks: Sequence[Walk],
    training: Sequence[Walk],
    frame_rate_hz: float,
) -> Features:
    """What a classifier sees of `walks`; what it learns for that, it learns from the real `training` alone.

    So all arms see the same numbers of a walk, and differ in the walks that they are trained on.
    """
    ids = [walk.trial_id for walk in training]
    truths = pd.DataFrame({"trial_id": ids, "split": "train"})
    with tempfile.TemporaryDirectory() as folder:
        inputs = {
            name: Path(folder, f"{name}.parquet") for name in ("joint_angles", "gait_features")
        }
        write_walks(inputs["joint_angles"], walks)
        if "gait_features" in KINDS[baseline.kind].inputs:
            measure_shard(inputs["joint_angles"], frame_rate_hz, inputs["gait_features"])
        files = {name: [path] for name, path in inputs.items()}
        return KINDS[baseline.kind].features(files, truths)


def answers(
    baseline: BaselineSettings,
    arm: Arm,
    held_out: Sequence[Walk],
    validation: Sequence[Walk],
    features: Features,
    options: Sequence[str],
    seed: int,
) -> np.ndarray:
    """The label (N,) that a classifier trained on an arm gives each walk of `held_out`.

    Networks and boosting make the same number of steps in every arm, so that no arm is trained longer.
    """
    task = TaskExamples(
        "label",
        "label",
        options,
        [walk.trial_id for walk in held_out],
        _examples(arm.training, features),
        _examples(held_out, features),
        _examples(validation, features),
    )
    predictions = KINDS[baseline.kind].predict(task, None, seed)
    return predictions[0]


def _examples(walks: Sequence[Walk], features: Features) -> Examples:
    rows = features.trial_ids.get_indexer([walk.trial_id for walk in walks])
    people = np.array([walk.participant_id for walk in walks], str)
    return Examples(features.values[rows], np.array([walk.label for walk in walks], str), people)
