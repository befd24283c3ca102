"""Acted pathological gait before a Kinect v2 (Jun et al. 2020) as a cohort folder.

Source: https://github.com/kooksung/pathological_gait_datasets, commit 1244ccef; no licence is stated.
K. Jun et al., IEEE Access 8, 2020, doi 10.1109/ACCESS.2020.3013029. Ten healthy people act five
disorders beside their own gait; the acted side is the right one (measured on the recordings).
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.laid_out_tables import write_tables
from biomechgpt.errors import InputError

NAME = re.compile(
    r"human(?P<person>\d+)_(?P<gait>[a-z_]+?)(?P<walk>\d+)_SkeletonData(?P<sensor>\d)\.csv"
)
PACKED_KEYS = ["person", "gait", "walk", "sensor"]
RECORDINGS = "recordings"  # folder of the sequences of a packed table


class Sequence(NamedTuple):
    """What one sensor saw of one walk; `file` is relative to the cohort folder."""

    person: int
    gait: str
    walk: int
    sensor: int
    file: str


def lay_out(source: Path, folder: Path) -> int:
    """Write `participants.tsv` and `trials.tsv` of the sequences; return how many there are.

    Three pairs of sensors see three stretches of a walk: all sequences of a walk have its name in the
    column `walk`, by which `evaluate.vote_by` lets them vote.

    Args:
        source: The original folder `Pathological_Gaits`, which `folder` must hold, or a Parquet table
            of it with a row a frame: person, gait, walk, sensor, frame, time_ms and
            `{joint}_{axis}_mm`.
        folder: The cohort folder; a packed table is unpacked into it.

    Raises:
        InputError: No sequences are at `source`, or they lie outside of `folder`.
    """
    files = unpacked(source, folder) if source.is_file() else original_files(source, folder)
    sequences = sorted(files)
    if not sequences:
        raise InputError(
            f"{source} holds no file such as human1_normal1_SkeletonData1.csv: name the folder "
            "Pathological_Gaits of the repository kooksung/pathological_gait_datasets."
        )
    write_tables([_row(sequence) for sequence in sequences], folder)
    return len(sequences)


def original_files(source: Path, folder: Path) -> Iterator[Sequence]:
    """The sequences under `source` by the names of their files."""
    for path in source.rglob("*_SkeletonData*.csv"):
        if name := NAME.fullmatch(path.name):
            if not path.is_relative_to(folder):
                raise InputError(
                    f"{path} is outside of {folder}: a cohort folder holds its recordings. Name a folder "
                    f"that holds {source}."
                )
            numbers = (int(name["person"]), name["gait"], int(name["walk"]), int(name["sensor"]))
            yield Sequence(*numbers, path.relative_to(folder).as_posix())


def unpacked(table: Path, folder: Path) -> Iterator[Sequence]:
    """Write the sequences of a packed table as a Parquet file each."""
    frames = pd.read_parquet(table)
    (folder / RECORDINGS).mkdir(parents=True, exist_ok=True)
    for (person, gait, walk, sensor), rows in frames.groupby(PACKED_KEYS, observed=True):
        file = f"{RECORDINGS}/{_walk(person, gait, walk)}_s{sensor}.parquet"
        rows = rows.sort_values("frame").drop(columns=[*PACKED_KEYS, "frame"])
        rows.insert(0, "time", rows.pop("time_ms") / 1000)
        rows.to_parquet(folder / file, index=False)
        yield Sequence(int(person), str(gait), int(walk), int(sensor), file)


def _row(sequence: Sequence) -> dict[str, str]:
    walk = _walk(sequence.person, sequence.gait, sequence.walk)
    return {
        "trial_id": f"{walk}_s{sequence.sensor}",
        "participant_id": _person(sequence.person),
        "file": sequence.file,
        "skeleton": "kinect_v2",
        "up_axis": "z",
        "walk": walk,
        "activity": "overground walking",
        "gait_pattern": sequence.gait.replace("_", " "),
        "abnormal_gait": "no" if sequence.gait == "normal" else "yes",
        "affected_side": "none" if sequence.gait == "normal" else "right",
    }


def _walk(person: int, gait: str, walk: int) -> str:
    return f"{_person(person)}_{gait}_{walk:02}"


def _person(person: int) -> str:
    return f"P{person:02}"
