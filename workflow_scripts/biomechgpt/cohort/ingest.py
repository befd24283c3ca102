"""Read one shard's motion files into trajectories, with a line for every problem."""

import hashlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from biomechgpt.body.coordinates import COORDINATE_NAMES, JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.cohort import canonical, plausibility
from biomechgpt.cohort.coordinate_maps import (
    CoordinateMap,
    apply_map,
    choose_map,
    read_coordinate_maps,
    unknown_columns,
)
from biomechgpt.cohort.issues import Issue, write_issues
from biomechgpt.cohort.readers import Note, Rejected, read_motion
from biomechgpt.cohort.shards import shard_rows
from biomechgpt.cohort.tables import Cohort
from biomechgpt.errors import InputError
from biomechgpt.files import replacing

log = logging.getLogger(__name__)
STAGE = "ingest"
NAMED_COLUMNS = 8  # of the unknown ones; the rest is counted


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

    A file that cannot be used is a line in the table; the others go on. One file is held in
    memory at a time.

    Raises:
        InputError: a coordinate map is wrong, or a trial names one that does not exist.
    """
    maps = read_coordinate_maps(map_paths)
    work = [(cohort, row) for cohort in cohorts for row in shard_rows(cohort, shard, n_shards)]
    _check_map_names(work, maps)
    issues: list[Issue] = []
    n_accepted = n_warned = 0
    with (
        replacing(trajectories_path) as temporary,
        FrameWriter(temporary, COORDINATE_NAMES, unit="m, rad", with_time=True) as writer,
    ):
        for cohort, row in work:
            try:
                notes = _ingest_trial(cohort, row, maps, cfg, writer)
            except Rejected as reason:
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


def _check_map_names(work: list[tuple[Cohort, dict]], maps: list[CoordinateMap]) -> None:
    names = [item.name for item in maps]
    for cohort, row in work:
        if row.get("coordinate_map") is not None and row["coordinate_map"] not in names:
            raise InputError(
                f"{cohort.folder / 'trials.tsv'}, line {row['line']}, column 'coordinate_map': "
                f"{row['coordinate_map']!r} is none of {', '.join(names)}"
            )


def _issue(cohort: Cohort, row: Mapping, severity: str, problem: str, detail: str) -> Issue:
    ids = (cohort.name, row["participant_id"], row["trial_id"], row["file"])
    return Issue(*ids, STAGE, severity, problem, " ".join(detail.split()))


def _ingest_trial(
    cohort: Cohort, row: Mapping, maps: list[CoordinateMap], cfg: Mapping, writer: FrameWriter
) -> list[Note]:
    path = cohort.folder / row["file"]
    coordinate_map, motion = read_trial(path, row, maps, cfg)
    log.info("%s: %d frames through %s", row["trial_id"], len(motion.frames), coordinate_map.name)
    info = {key: row[key] for key in ("trial_id", "participant_id", "split_group", "file")}
    info |= {"cohort": cohort.name, "coordinate_map": coordinate_map.name}
    info |= {"frame_rate_hz": motion.frame_rate_hz, "file_sha256": _sha256(path)}
    writer.write(info, motion.frames, motion.time_s)
    return motion.notes


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_trial(
    path: Path, row: Mapping, maps: list[CoordinateMap], cfg: Mapping
) -> tuple[CoordinateMap, canonical.Motion]:
    """Read one motion file into the body's coordinates.

    `row` may hold the overrides `coordinate_map`, `angle_unit` and `frame_rate_hz`; `cfg` holds
    `angle_unit_when_unstated` and `min_leg_joints`.

    Raises:
        Rejected: with the reason; docs/cohort.md lists them.
    """
    raw = read_motion(path)
    coordinate_map, map_notes = _map_for(row, maps, raw.columns)
    mapped = apply_map(coordinate_map, raw.columns)
    joints = {name: mapped[name] for name in JOINT_NAMES if name in mapped}
    plausibility.check_presence(joints, cfg["min_leg_joints"])
    unit = canonical.decide_unit(
        joints, raw.unit, row.get("angle_unit"), cfg["angle_unit_when_unstated"]
    )
    values = canonical.to_radians(mapped, unit.name, coordinate_map)
    override_hz = float(row["frame_rate_hz"]) if row.get("frame_rate_hz") else None
    n_frames = len(next(iter(joints.values())))
    time_s, time_notes = canonical.decide_time(
        raw, n_frames, override_hz, coordinate_map.frame_rate_hz
    )
    notes = raw.notes + map_notes + unit.notes + time_notes
    notes += _unknown(coordinate_map, raw.columns)
    return coordinate_map, canonical.clean(values, time_s, notes)


def _map_for(
    row: Mapping, maps: list[CoordinateMap], columns: Mapping
) -> tuple[CoordinateMap, list[Note]]:
    if row.get("coordinate_map") is None:
        return choose_map(maps, columns)
    return next(item for item in maps if item.name == row["coordinate_map"]), []


def _unknown(coordinate_map: CoordinateMap, columns: Mapping) -> list[Note]:
    unknown = unknown_columns(coordinate_map, columns)
    if not unknown:
        return []
    more = f" and {len(unknown) - NAMED_COLUMNS} more" if len(unknown) > NAMED_COLUMNS else ""
    some = ", ".join(unknown[:NAMED_COLUMNS])
    detail = f"{len(unknown)} columns are not in map {coordinate_map.name}: {some}{more}"
    return [Note("unknown_columns", detail)]
