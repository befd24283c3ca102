"""Files of synthetic movements of one generator, fold and seed (docs/contracts.md)."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials
from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.files import replacing

SYNTHETIC = "synthetic"  # begins the id of every synthetic movement and of its person
OWN_COLUMNS = ("trial_id", "participant_id", "fold", "made_by", "seed", "source_trial_ids")
REJECTED_COLUMNS = ("trial_id", "reason", "detail")


class Origin(NamedTuple):
    """Which generator made movements, in which fold, with which seed."""

    fold: str
    generator: str
    seed: int

    def trial_id(self, number: int) -> str:
        """The id of the movement with this number; its person, whom nobody is, has the same."""
        return f"{SYNTHETIC}/{self.fold}/{self.generator}/seed-{self.seed}/{number:05d}"


class SyntheticMovement(NamedTuple):
    """One synthetic movement: what it was meant to be like, and its joint angles."""

    number: int  # of its prompt; rejected ones leave gaps
    condition: Mapping[str, str]  # by label column, in the words of the cohort's tables
    angles_rad: np.ndarray  # (T, 34) float32
    source_trial_ids: Sequence[str] = ()  # training trials whose condition or movement went into it


class Rejection(NamedTuple):
    """A movement that is not written, and why: a short slug and a sentence."""

    number: int
    reason: str
    detail: str


def write_movements(
    path: os.PathLike,
    table_path: os.PathLike,
    origin: Origin,
    movements: Sequence[SyntheticMovement],
    frame_rate_hz: float,
) -> None:
    """Write `joint_angles.parquet` and `trials.tsv` of some synthetic movements."""
    rows = [_row(origin, movement) for movement in movements]
    with replacing(path) as temporary, FrameWriter(temporary, JOINT_NAMES, "rad") as writer:
        for row, movement in zip(rows, movements, strict=True):
            n_frames = len(movement.angles_rad)
            info = {name: row[name] for name in OWN_COLUMNS}
            times = {"frame_rate_hz": frame_rate_hz, "duration_s": n_frames / frame_rate_hz}
            writer.write(info | times | {"missing_joints": []}, movement.angles_rad)
    columns = dict.fromkeys([*OWN_COLUMNS, *(name for row in rows for name in row)])
    _write_table(pd.DataFrame(rows, columns=list(columns)), table_path)


def write_rejections(path: os.PathLike, origin: Origin, rejections: Sequence[Rejection]) -> None:
    """Write `rejected.tsv`; with its head alone where every movement was accepted."""
    rows = [(origin.trial_id(number), *rest) for number, *rest in rejections]
    _write_table(pd.DataFrame(rows, columns=list(REJECTED_COLUMNS)), path)


def read_synthetic_trials(path: os.PathLike) -> pd.DataFrame:
    """`trials.tsv` of synthetic movements, all text but `source_trial_ids`, which is a list.

    `folder_fold` is the fold in whose folder the file lies, `digest` that of the angles.
    """
    table = read_tsv(Path(path), list(OWN_COLUMNS))
    sources = [text.split(", ") if text else [] for text in table["source_trial_ids"]]
    digests = dict(angles_digests([Path(path).with_name("joint_angles.parquet")]))
    return table.assign(
        source_trial_ids=sources,
        folder_fold=Path(path).parents[3].name,
        digest=table["trial_id"].map(digests),
    )


def angles_digests(paths: Iterable[os.PathLike]) -> Iterator[tuple[str, str]]:
    """Of each trial of files of joint angles its id and a hash of the angles, to a hundredth of a degree."""
    for path in paths:
        for trial in read_trials(path):
            rounded = np.round(np.nan_to_num(np.rad2deg(trial.frames)), 2) + 0.0
            digest = hashlib.sha256(rounded.astype("<f4").tobytes()).hexdigest()
            yield trial.info["trial_id"], digest


def _row(origin: Origin, movement: SyntheticMovement) -> dict[str, object]:
    trial_id = origin.trial_id(movement.number)
    sources = ", ".join(movement.source_trial_ids) or None
    own = (trial_id, trial_id, origin.fold, origin.generator, origin.seed, sources)
    return dict(zip(OWN_COLUMNS, own, strict=True)) | dict(movement.condition)


def _write_table(table: pd.DataFrame, path: os.PathLike) -> None:
    with replacing(path) as temporary:
        table.to_csv(temporary, sep="\t", index=False, na_rep="n/a", lineterminator="\n")
