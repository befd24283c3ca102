"""Titles and file names of tables that hold no coordinates."""

import re

from biomechgpt.recordings.readers.raw import MotionError

# OpenSim writes errors, speeds and the like under the coordinates' own names and says so in the title,
# in letters alone; with digits or a path a title is the name of a trial.
_KINDS = "error|speed|acceleration|moment|torque|force|power|activation|control"
TITLES = re.compile(rf"[a-z ]*(({_KINDS})s|velocities)|{_KINDS}|velocity", re.IGNORECASE)
# Ends of the files' names: of CMC and RRA, and of the kinematics analysis.
ENDINGS = re.compile(r"_([pv]err|kinematics_u|dudt)$", re.IGNORECASE)


def check_title(title: str) -> None:
    """Refuse the title of a table that holds no coordinates, however plausible its numbers are.

    Raises:
        MotionError: `not_motion`.
    """
    title = re.sub(r"\.(mot|sto)$", "", title.strip(), flags=re.IGNORECASE)
    if TITLES.fullmatch(title):
        raise MotionError(
            "not_motion",
            f"its header calls it {title!r}, which is no movement; name the file with the "
            "coordinates themselves in trials.tsv",
        )
    check_file_name(title)


def check_file_name(stem: str) -> None:
    """Refuse the name of a file (without extension) that OpenSim gives to errors or speeds.

    Raises:
        MotionError: `not_motion`.
    """
    if ending := ENDINGS.search(stem):
        raise MotionError(
            "not_motion",
            f"names that end in {ending[0]} are those of errors, speeds and accelerations; name the "
            "file with the coordinates themselves (_q) in trials.tsv",
        )
