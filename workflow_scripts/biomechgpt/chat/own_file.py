"""A motion file that somebody brings, read and tokenised as the files of a cohort are."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.errors import InputError
from biomechgpt.motion.strip import strip
from biomechgpt.recordings.readers import READERS
from biomechgpt.recordings.recording import Reading
from biomechgpt.recordings.trajectories import read_trajectory
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer

OWN_FILE = "own file"
NOBODY = dict.fromkeys(("cohort", "participant_id", "trial_id", "split_group"), "")


class OwnFile(NamedTuple):
    """A file that was read: the movement, None where it cannot be used, and its problems."""

    trial: ChatTrial | None
    problems: list[str]


def read_own_file(
    path: Path, name: str, tokenizer: StoredTokenizer, reading: Reading, motion: MotionSettings
) -> OwnFile:
    """Read the motion file `path`, which its owner calls `name`, for a motion tokenizer.

    Nothing is written, and no part of `name` becomes part of a path.

    Raises:
        InputError: the ending is none of the formats, or there is no such file.
    """
    if Path(name).suffix.lower() not in READERS:
        known = ", ".join(READERS)
        raise InputError(f"{name!r} ends in none of {known}: export the movement as one of these.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): name a motion file.") from None
    trial, issues, _ = strip(read_trajectory(path, NOBODY | {"file": name}, reading), motion)
    problems = [
        f"{issue.severity}: {issue.problem}: {issue.detail.replace(str(path), name)}"
        for issue in issues
    ]
    if trial is None:
        return OwnFile(None, problems)
    tokens = encode_trial(tokenizer, trial.frames)
    angles_rad, missing = trial.frames.astype(np.float64), trial.info["missing_joints"]
    return OwnFile(ChatTrial(name, "", OWN_FILE, False, angles_rad, missing, tokens), problems)
