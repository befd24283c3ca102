"""Movements with a label, recorded or synthetic, as simple generators and the study of synthesis see them."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials


class Walk(NamedTuple):
    """A movement and the label that a classifier is to learn.

    Of a synthetic one `participant_id` is the person whose movement it was made from, and `trial_id` its own.
    """

    trial_id: str
    participant_id: str
    label: str
    angles_rad: np.ndarray  # (T, 34); NaN through a joint that is missing
    tokens: np.ndarray | None = None  # (n_tokens,) that a synthetic one was decoded from


def read_walks(
    joint_angles_paths: Sequence[os.PathLike], truths: pd.DataFrame
) -> dict[str, list[Walk]]:
    """The movements of one task by split, each in the order of the files.

    Args:
        joint_angles_paths: Joint angles, a file a shard.
        truths: The rows of one classification in `truths.parquet`.
    """
    rows = truths.set_index("trial_id")
    walks: dict[str, list[Walk]] = {}
    for path in joint_angles_paths:
        for trial in read_trials(path):
            trial_id = trial.info["trial_id"]
            if trial_id in rows.index:
                row = rows.loc[trial_id]
                walk = Walk(trial_id, row["participant_id"], row["truth"], trial.frames)
                walks.setdefault(row["split"], []).append(walk)
    return walks


def write_walks(path: os.PathLike, walks: Sequence[Walk]) -> None:
    """Write movements to one file of joint angles, under their ids."""
    with FrameWriter(path, JOINT_NAMES, unit="rad") as writer:
        for walk in walks:
            info = {"trial_id": walk.trial_id, "participant_id": walk.participant_id}
            writer.write(info, walk.angles_rad)


def in_rounds(walks: Sequence[Walk], n: int, random: np.random.Generator) -> Iterator[Walk]:
    """`n` of the movements in a random order, none again before all had their turn."""
    for start in range(0, n, len(walks)):
        for place in random.permutation(len(walks))[: n - start]:
            yield walks[place]
