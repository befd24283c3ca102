"""Read one shard's motion files into trajectories, with a line for every problem."""

import logging
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from biomechgpt.body.coordinates import COORDINATE_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.cohort.shards import shard_rows
from biomechgpt.cohort.tables import Cohort
from biomechgpt.errors import InputError
from biomechgpt.files import content_sha256, replacing
from biomechgpt.recordings.coordinate_map_files import read_coordinate_maps
from biomechgpt.recordings.coordinate_maps import CoordinateMap
from biomechgpt.recordings.issues import Issue, write_issues
from biomechgpt.recordings.joint_centres.layouts import Skeleton, read_skeletons
from biomechgpt.recordings.readers import MotionError, Note
from biomechgpt.recordings.recording import Motion, read_trial

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
    that cannot be used is a line in the table; the others go on. One file is held in memory at a
    time.

    Raises:
        InputError: a map is wrong, or a trial names one that does not exist.
    """
    skeleton_paths = [path for path in map_paths if Path(path).parent.name == SKELETONS]
    maps = read_coordinate_maps(path for path in map_paths if path not in skeleton_paths)
    skeletons = read_skeletons(skeleton_paths)
    work = [(cohort, row) for cohort in cohorts for row in shard_rows(cohort, shard, n_shards)]
    _check_map_names(work, "coordinate_map", [item.name for item in maps])
    _check_map_names(work, "skeleton", [item.name for item in skeletons])
    with (
        replacing(trajectories_path) as temporary,
        FrameWriter(temporary, COORDINATE_NAMES, unit="m, rad", with_time=True) as writer,
    ):
        ingestion = _Ingestion(maps, skeletons, cfg, writer)
        undecided = [entry for entry in work if not ingestion.read(*entry)]
        for entry in undecided:
            ingestion.read_beside_others(*entry)
    write_issues(issues_path, ingestion.issues)
    log.info(
        "shard %d of %d: %d trials accepted (%d with warnings), %d rejected",
        shard, n_shards, ingestion.n_accepted, ingestion.n_warned, len(work) - ingestion.n_accepted,
    )  # fmt: skip


def _check_map_names(work: list[tuple[Cohort, dict]], column: str, names: list[str]) -> None:
    for cohort, row in work:
        if row.get(column) is not None and row[column] not in names:
            raise InputError(
                f"{cohort.folder / 'trials.tsv'}, line {row['line']}, column {column!r}: "
                f"{row[column]!r} is none of {', '.join(names)}"
            )


class _Ingestion:
    """The trials of a shard one after the other, and what they tell of their people's knees."""

    def __init__(
        self,
        maps: list[CoordinateMap],
        skeletons: list[Skeleton],
        cfg: Mapping,
        writer: FrameWriter,
    ):
        self.maps, self.skeletons, self.cfg, self.writer = maps, skeletons, cfg, writer
        self.issues: list[Issue] = []
        self.n_accepted = self.n_warned = 0
        self.maps_of = defaultdict(set)  # (cohort, participant) -> maps of their decided trials

    def read(self, cohort: Cohort, row: Mapping) -> bool:
        """Write a trial or why it is rejected; False where its knees leave the map undecided."""
        try:
            coordinate_map, motion = self._read_trial(cohort, row)
        except MotionError as reason:
            self._add_issue(cohort, row, "rejected", reason.problem, reason.detail)
            return True
        if motion.undecided_maps:
            return False
        self.maps_of[cohort.name, row["participant_id"]].add(coordinate_map.name)
        self._write(cohort, row, coordinate_map, motion)
        return True

    def read_beside_others(self, cohort: Cohort, row: Mapping) -> None:
        """Write a trial of which `read` said False, through the map of the person's other trials."""
        fits = self._read_trial(cohort, row)
        of_others = self.maps_of[cohort.name, row["participant_id"]] & fits[1].undecided_maps
        if len(of_others) == 1:
            fits = self._through(of_others.pop(), cohort, row) or fits
        self._write(cohort, row, *fits)

    def _read_trial(self, cohort: Cohort, row: Mapping) -> tuple[CoordinateMap | Skeleton, Motion]:
        return read_trial(cohort.folder / row["file"], row, self.maps, self.cfg, self.skeletons)

    def _through(
        self, name: str, cohort: Cohort, row: Mapping
    ) -> tuple[CoordinateMap, Motion] | None:
        try:
            coordinate_map, motion = self._read_trial(cohort, {**row, "coordinate_map": name})
        except MotionError:  # knees that bend backwards under that map
            return None
        detail = (
            f"taken as {name}, as the other trials of this person are: its own knees do not tell"
        )
        notes = [*motion.notes, Note("knee_sign_inferred", detail)]
        return coordinate_map, motion._replace(notes=notes)

    def _write(
        self, cohort: Cohort, row: Mapping, coordinate_map: CoordinateMap | Skeleton, motion: Motion
    ) -> None:
        n_frames = len(motion.frames)
        log.info("%s: %d frames through %s", row["trial_id"], n_frames, coordinate_map.name)
        info = {key: row[key] for key in ("trial_id", "participant_id", "split_group", "file")}
        info |= {"cohort": cohort.name, "coordinate_map": coordinate_map.name}
        info |= {"frame_rate_hz": motion.frame_rate_hz}
        info |= {"file_sha256": content_sha256(cohort.folder / row["file"])}
        self.writer.write(info, motion.frames, motion.time_s)
        self.n_accepted += 1
        self.n_warned += bool(motion.notes)
        for note in motion.notes:
            self._add_issue(cohort, row, "warning", *note)

    def _add_issue(
        self, cohort: Cohort, row: Mapping, severity: str, problem: str, detail: str
    ) -> None:
        ids = (cohort.name, row["participant_id"], row["trial_id"], row["file"])
        self.issues.append(Issue(*ids, STAGE, severity, problem, " ".join(detail.split())))
