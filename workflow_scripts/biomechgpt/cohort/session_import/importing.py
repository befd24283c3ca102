"""Sessions as they are downloaded or exported become a cohort folder."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from biomechgpt.cohort.session_import.archives import ARCHIVE, is_of_session, unpack
from biomechgpt.cohort.session_import.exports import exported_files
from biomechgpt.cohort.session_import.opencap import opencap_files
from biomechgpt.cohort.session_import.pose2sim import pose2sim_files
from biomechgpt.cohort.session_import.session_file import SessionFile
from biomechgpt.cohort.session_import.session_tables import people_table, trial_table, write_tables
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.errors import InputError
from biomechgpt.recordings.readers import MotionError, read_motion

READ = (
    "OpenCap sessions (OpenSimData/Kinematics/*.mot), Pose2Sim projects (Config.toml with kinematics/*.mot "
    "or pose-3d/*.trc), and folders of exports: Xsens MVN .mvnx, Vicon Nexus ASCII .csv, Visual3D "
    "and Theia ASCII .txt"
)
NOT_READ = (
    "Xsens .mvn and .xlsx, Visual3D .cmo and .cmz, Qualisys .qtm and .tsv, Motion Analysis .cap, "
    "Noraxon .mr3, Simi .smp, Kinovea .kva, AddBiomechanics .b3d, Theia .c3d without angles"
)


class Imported(NamedTuple):
    """What an import wrote, and what a person must look at."""

    n_people: int
    n_trials: int
    columns: set[str]  # of both tables
    remarks: list[str]


def import_sessions(sources: Iterable[Path], folder: Path, person: str | None = None) -> Imported:
    """Write `participants.tsv` and `trials.tsv` of the sessions into the cohort folder `folder`.

    Recordings stay where they are; those of zip files are unpacked into `folder`. What a session does
    not say is n/a. Running it again writes the same.

    Args:
        sources: Folders in `folder`, and zip files.
        folder: The cohort folder.
        person: Regular expression that finds the participant in a file's path, in its first group if
            it has one; None: as the sessions say.

    Raises:
        InputError: No recordings, or nothing could be written; the message says what to do.
    """
    files = sorted({file for source in sources for file in session_files(source, folder)})
    recordings, remarks = _recordings(files)
    if person is not None:
        recordings = _with_persons(recordings, person, folder)
    recordings, unusable = _usable(recordings, folder)
    remarks += unusable
    if not recordings:
        listed = "".join(f"\n- {remark}" for remark in remarks)
        raise InputError(
            f"{folder} holds no recordings of a session. Read are {READ}. Not read are {NOT_READ}: export "
            f"one of the formats that are read, or write the tables by hand (docs/cohort.md).{listed}"
        )
    people, disputed = people_table(recordings)
    trials = trial_table(recordings, folder)
    write_tables(people, trials, folder)
    remarks += [*disputed, *_to_correct(trials["participant_id"].isna().sum(), folder)]
    return Imported(len(people), len(trials), {*people.columns, *trials.columns}, remarks)


def _recordings(files: list[Path]) -> tuple[list[SessionFile], list[str]]:
    from_opencap, poses = opencap_files(files)
    from_pose2sim, versions = pose2sim_files(files)
    exported, split = exported_files(files)
    inner = [
        f"{path} was not unpacked: name it as a source, too, where it holds other recordings"
        for path in files
        if path.suffix.lower() == ARCHIVE
    ]
    remarks = [*poses, *versions, *split, *inner]
    return [*from_opencap, *from_pose2sim, *exported], remarks


def session_files(source: Path, folder: Path) -> Iterator[Path]:
    """The files of a session that may be recordings or say something of one; a zip file is unpacked.

    Raises:
        InputError: `source` is neither folder nor zip file, lies outside of `folder`, or cannot be
            unpacked.
    """
    if source.is_file() and source.suffix.lower() == ARCHIVE:
        is_own = folder == source.with_suffix("")
        inside = folder if is_own else folder / source.stem
        unpack(source, inside)
    elif source.is_dir() and source.is_relative_to(folder):
        inside = source
    else:
        raise InputError(
            f"{source} is no zip file, and no folder in {folder}: name the folder of a session, or its zip "
            "file. A cohort folder holds its recordings."
        )
    for parent, _, names in os.walk(inside):
        for path in (Path(parent, name) for name in names):
            if is_of_session(PurePosixPath(path.relative_to(inside))) and path.is_file():
                yield path


def _with_persons(recordings: list[SessionFile], person: str, folder: Path) -> list[SessionFile]:
    try:
        pattern = re.compile(person)
    except re.error as error:
        raise InputError(f"--participant {person!r} is no regular expression: {error}") from None
    matches = [pattern.search(item.path.relative_to(folder).as_posix()) for item in recordings]
    group = min(pattern.groups, 1)
    return [
        item._replace(person=(match and match[group]) or None)
        for item, match in zip(recordings, matches, strict=True)
    ]


def _usable(recordings: list[SessionFile], folder: Path) -> tuple[list[SessionFile], list[str]]:
    """The recordings that can be read, and remarks on the others and on those without time."""
    usable, remarks = [], []
    for recording in recordings:
        file = recording.path.relative_to(folder).as_posix()
        try:
            _check_name(file)
            motion = read_motion(recording.path)
        except MotionError as error:
            remarks.append(f"{ascii(file)[1:-1]} was left out: {error.detail}")
            continue
        usable.append(recording)
        if motion.time_s is None and motion.frame_rate_hz is None:
            remarks.append(f"{file} carries no time: add a column frame_rate_hz to trials.tsv")
    return usable, remarks


def _check_name(file: str) -> None:
    if file != file.strip() or any(unicodedata.category(sign)[0] == "C" for sign in file):
        raise MotionError("missing_file", "its name cannot stand in a table; rename it")


def _to_correct(n_unknown: int, folder: Path) -> list[str]:
    """What of the tables would stop a run."""
    if n_unknown:
        return [
            f"{n_unknown} recordings do not say whose they are: fill in participant_id in trials.tsv, with "
            "a line for each person in participants.tsv; or remove both tables and import again with "
            "--participant, such as --participant '([^/]+)/' where the first folder is the person"
        ]
    try:
        read_cohort("imported", folder)
    except InputError as error:
        return [f"to correct before a run: {error}"]
    return []
