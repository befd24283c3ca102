"""Read one shard's motion files into trajectories, with a line for every problem."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.cohort.coordinate_maps import CoordinateMap, read_coordinate_maps
from biomechgpt.cohort.issues import Issue, write_issues
from biomechgpt.cohort.readers import MotionError, Note
from biomechgpt.cohort.shards import shard_rows
from biomechgpt.cohort.skeletons.layouts import Skeleton, read_skeletons
from biomechgpt.cohort.tables import Cohort
from biomechgpt.cohort.trial import read_trial
from biomechgpt.errors import InputError
from biomechgpt.files import content_sha256, replacing

log = logging.getLogger(__name__)
STAGE = "ingest"
SKELETONS = "skeletons"  # the folder of skeleton maps


def ingest_shard(
    cohorts: list[Cohort],
    map_paths: list[os.PathLike],
    shard: int,
    n_shards: int,
    cfg: Mapping,
    trajectories_path: os.PathLike,
    issues_path: os.PathLike,
) -> None:
    """Write the trajectories of a shard and the table of its problems (docs/contracts.md).

    `map_paths` are those of coordinate maps and, in a folder `skeletons`, of skeleton maps. A file
    that cannot be used is a line in the table; the others go on. One file is held in
    memory at a time.

    Raises:
        InputError: a coordinate map is wrong, or a trial names one that does not exist.
    """
    skeleton_paths = [path for path in map_paths if Path(path).parent.name == SKELETONS]
    maps = read_coordinate_maps(path for path in map_paths if path not in skeleton_paths)
    skeletons = read_skeletons(skeleton_paths)
    work = [(cohort, row) for cohort in cohorts for row in shard_rows(cohort, shard, n_shards)]
    _check_map_names(work, "coordinate_map", [item.name for item in maps])
    _check_map_names(work, "skeleton", [item.name for item in skeletons])
    issues: list[Issue] = []
    n_accepted = n_warned = 0
    with (
        replacing(trajectories_path) as temporary,
        FrameWriter(temporary, COORDINATE_NAMES, unit="m, rad", with_time=True) as writer,
    ):
        for cohort, row in work:
            try:
                notes = _ingest_trial(cohort, row, maps, skeletons, cfg, writer)
            except MotionError as reason:
                issues.append(_issue(cohort, row, "rejected", reason.problem, reason.detail))
                continue
            n_accepted += 1
            n_warned += bool(notes)
            issues += [_issue(cohort, row, "warning", *note) for note in notes]
    write_issues(issues_path, issues)
    n_rejected = len(work) - n_accepted
    log.info(
        "shard %d of %d: %d trials accepted (%d with warnings), %d rejected",
        shard, n_shards, n_accepted, n_warned, n_rejected,
    )  # fmt: skip


def _check_map_names(work: list[tuple[Cohort, dict]], column: str, names: list[str]) -> None:
    for cohort, row in work:
        if row.get(column) is not None and row[column] not in names:
            raise InputError(
                f"{cohort.folder / 'trials.tsv'}, line {row['line']}, column {column!r}: "
                f"{row[column]!r} is none of {', '.join(names)}"
            )


def _issue(cohort: Cohort, row: Mapping, severity: str, problem: str, detail: str) -> Issue:
    ids = (cohort.name, row["participant_id"], row["trial_id"], row["file"])
    return Issue(*ids, STAGE, severity, problem, " ".join(detail.split()))


def _ingest_trial(
    cohort: Cohort,
    row: Mapping,
    maps: list[CoordinateMap],
    skeletons: list[Skeleton],
    cfg: Mapping,
    writer: FrameWriter,
) -> list[Note]:
    path = cohort.folder / row["file"]
    coordinate_map, motion = read_trial(path, row, maps, cfg, skeletons)
    log.info("%s: %d frames through %s", row["trial_id"], len(motion.frames), coordinate_map.name)
    info = {key: row[key] for key in ("trial_id", "participant_id", "split_group", "file")}
    info |= {"cohort": cohort.name, "coordinate_map": coordinate_map.name}
    info |= {"frame_rate_hz": motion.frame_rate_hz, "file_sha256": content_sha256(path)}
    writer.write(info, motion.frames, motion.time_s)
    return motion.notes
