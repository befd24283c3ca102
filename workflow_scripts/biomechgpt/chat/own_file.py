"""A motion file that somebody brings, through the readers that a cohort's files go through."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.cohort.issues import Issue
from biomechgpt.errors import InputError
from biomechgpt.language_model.recordings import Recordings, tokenise_recordings
from biomechgpt.recordings.readers import READERS
from biomechgpt.tokenizer.windows import read_chosen

OWN_FILE = "own file"
TABLES = {
    "participants.tsv": "participant_id\nnobody\n",
    "trials.tsv": "trial_id\tparticipant_id\tfile\nrecording\tnobody\t{file}\n",
}


class Reading(NamedTuple):
    """How the files of a cohort are read; all of it comes from the config."""

    maps: Sequence[Path]
    ingest: Mapping
    motion: Mapping


class OwnFile(NamedTuple):
    """A file that was read: the movement, None where it cannot be used, and what was found wrong."""

    trial: ChatTrial | None
    problems: list[str]


def read_own_file(path: Path, name: str, tokenizer: Path, reading: Reading) -> OwnFile:
    """Read the motion file `path`, which its owner calls `name`, for a motion tokenizer.

    Nothing is left on the disk, and no part of `name` but its ending becomes part of a path.
    InputError where the ending is none of the formats, or there is no such file.
    """
    ending = Path(name).suffix.lower()
    if ending not in READERS:
        known = ", ".join(READERS)
        raise InputError(f"{name!r} ends in none of {known}: export the movement as one of these.")
    with tempfile.TemporaryDirectory(prefix="biomechgpt-") as work:
        cohort = Path(work, "cohort")
        cohort.mkdir()
        try:
            shutil.copyfile(path, cohort / f"recording{ending}")
        except OSError as error:
            raise InputError(
                f"{path} cannot be read ({error.strerror}): name a motion file."
            ) from None
        for table, text in TABLES.items():
            (cohort / table).write_text(text.format(file=f"recording{ending}"), encoding="utf-8")
        recordings = Recordings(cohort, reading.maps, reading.ingest, reading.motion)
        found = tokenise_recordings(tokenizer, recordings, Path(work))
        problems = [_sentence(issue, cohort, name) for issue in found.issues]
        if not found.infos:
            return OwnFile(None, problems)
        (trial,) = read_chosen([found.joint_angles], {"recording"})
    angles_rad = trial.frames.astype(np.float64)
    missing = trial.info["missing_joints"]
    return OwnFile(
        ChatTrial(name, "", OWN_FILE, False, angles_rad, missing, found.tokens["recording"]),
        problems,
    )


def _sentence(issue: Issue, cohort: Path, name: str) -> str:
    """A line of the ingestion report, under the file's own name and not that of its copy."""
    copy = cohort / f"recording{Path(name).suffix.lower()}"
    detail = issue.detail.replace(str(copy), name).replace(copy.name, name)
    return f"{issue.severity}: {issue.problem}: {detail}"
