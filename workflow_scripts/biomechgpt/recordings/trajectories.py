"""From motion files and their rows of trials.tsv to canonical trajectories, in memory.

Ingestion writes them; annotation and the chat hand them on to `biomechgpt.motion.strip`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from biomechgpt.body.frames import Trial
from biomechgpt.files import content_sha256
from biomechgpt.recordings.issues import issue_of
from biomechgpt.recordings.outcomes import Outcome
from biomechgpt.recordings.readers import MotionError
from biomechgpt.recordings.recording import Reading, read_recording

STAGE = "ingest"


def read_trajectory(path: Path, row: Mapping, reading: Reading) -> Outcome:
    """Read one motion file into the body's coordinates (docs/contracts.md, trajectories).

    `row` holds `cohort`, `trial_id`, `participant_id`, `split_group` and `file`, and may hold the
    overrides of trials.tsv. A file that cannot be used gives no trial and says why in its issues.
    """
    try:
        motion = read_recording(path, row, reading)
    except MotionError as error:
        return Outcome(None, [issue_of(row, STAGE, "rejected", error.problem, error.detail)])
    names = ("trial_id", "participant_id", "split_group", "file", "cohort")
    info = {name: row[name] for name in names} | {
        "coordinate_map": motion.map_name,
        "frame_rate_hz": motion.frame_rate_hz,
        "file_sha256": content_sha256(path),
    }
    issues = [issue_of(row, STAGE, "warning", *note) for note in motion.notes]
    trial = Trial(info, motion.frames.astype(np.float32), motion.time_s)
    return Outcome(trial, issues, motion.undecided_maps)


def read_trajectories(files: Iterable[tuple[Path, Mapping]], reading: Reading) -> Iterator[Outcome]:
    """Read the motion files of a cohort one after the other; `files` are path and row of each.

    Trials whose knees do not tell the coordinate map come last, read through the map of the person's
    other trials where it is a single one.
    """
    decided, undecided = defaultdict(set), []  # (cohort, participant) -> maps of their trials
    for path, row in files:
        outcome = read_trajectory(path, row, reading)
        if outcome.undecided_maps:
            undecided.append((path, row))
            continue
        if outcome.trial is not None:
            decided[row["cohort"], row["participant_id"]].add(outcome.trial.info["coordinate_map"])
        yield outcome
    for path, row in undecided:
        yield _read_beside(decided[row["cohort"], row["participant_id"]], path, row, reading)


def _read_beside(maps_of_others: set[str], path: Path, row: Mapping, reading: Reading) -> Outcome:
    outcome = read_trajectory(path, row, reading)
    shared_maps = maps_of_others & outcome.undecided_maps
    if len(shared_maps) != 1:
        return outcome
    (name,) = shared_maps
    as_others = read_trajectory(path, {**row, "coordinate_map": name}, reading)
    if as_others.trial is None:  # knees that bend backwards under that map
        return outcome
    detail = f"taken as {name}, as the other trials of this person are: its own knees do not tell"
    issue = issue_of(row, STAGE, "warning", "knee_sign_inferred", detail)
    return as_others._replace(issues=[*as_others.issues, issue])
