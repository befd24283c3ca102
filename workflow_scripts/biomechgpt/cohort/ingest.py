"""One shard's motion files as trajectories, with a line for every problem."""

import os
from collections.abc import Sequence
from pathlib import Path

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.cohort.shards import shard_rows
from biomechgpt.cohort.tables import Cohort
from biomechgpt.errors import InputError, stop_at
from biomechgpt.recordings.outcomes import write_outcomes
from biomechgpt.recordings.recording import Reading
from biomechgpt.recordings.trajectories import read_trajectories


def ingest_shard(
    cohorts: list[Cohort],
    reading: Reading,
    shard: int,
    n_shards: int,
    trajectories_path: os.PathLike,
    issues_path: os.PathLike,
) -> None:
    """Write the trajectories of a shard and the table of its problems (docs/contracts.md).

    A file that cannot be used is a line in the table; the others go on.

    Raises:
        InputError: a trial names a map that does not exist.
    """
    outcomes = read_trajectories(motion_files(cohorts, reading, shard, n_shards), reading)
    write_outcomes(outcomes, COORDINATE_NAMES, "m, rad", True, trajectories_path, issues_path)


def motion_files(
    cohorts: list[Cohort], reading: Reading, shard: int = 0, n_shards: int = 1
) -> list[tuple[Path, dict]]:
    """The path of each motion file of a shard, and its row of trials.tsv.

    Raises:
        InputError: trials name maps that do not exist.
    """
    files, faults = [], []
    for cohort in cohorts:
        for row in shard_rows(cohort, shard, n_shards):
            faults += _unknown_maps(cohort, row, "coordinate_map", reading.coordinate_maps)
            faults += _unknown_maps(cohort, row, "skeleton", reading.skeletons)
            files.append((cohort.folder / row["file"], row))
    stop_at(faults)
    return files


def _unknown_maps(cohort: Cohort, row: dict, column: str, maps: Sequence) -> list[InputError]:
    names = [item.name for item in maps]
    if row.get(column) is None or row[column] in names:
        return []
    return [
        InputError(
            f"{cohort.folder / 'trials.tsv'}, line {row['line']}, column {column!r}: "
            f"{row[column]!r} is none of {', '.join(names)}"
        )
    ]
