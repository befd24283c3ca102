"""Files that hold more than one recording: several people, clips or takes."""

import re
from collections.abc import Iterable, Mapping

import numpy as np

from biomechgpt.recordings.readers.raw import MotionError

# Columns that say which recording a row belongs to; strides and phases divide one recording.
DIVIDERS = re.compile(
    r"(clip|trial|take|episode|recording|subject|person|participant|track|actor|file)"
    r"([ _.-]?(id|no|nr|number|name|index|idx))?",
    re.IGNORECASE,
)
# A colon may also stand between a point and its axis.
AXIS_BEHIND = re.compile(r"[\s_.:/-]+[xyz]([\s_]*[(\[]?(mm|cm|m|in)[)\]]?)?$", re.IGNORECASE)
AXIS_BEFORE = re.compile(r"[xyz]:", re.IGNORECASE)


def check_dividers(columns: Mapping[str, np.ndarray]) -> None:
    """Refuse a table in which a column such as `clip` or `subject` has several values.

    Raises:
        MotionError: `several_recordings`.
    """
    for name, column in columns.items():
        if not DIVIDERS.fullmatch(name.strip()):
            continue
        values = {str(value) for value in column if value is not None and value == value}
        if 1 < len(values) <= len(column) / 2:  # a value a row is a counter
            some = ", ".join(sorted(values)[:3])
            raise MotionError(
                "several_recordings",
                f"column {name!r} names {len(values)} recordings ({some}): save each as a file of "
                "its own, with a row in trials.tsv",
            )


def of_single_subject(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns of labels `Subject:Label` without the subject.

    Raises:
        MotionError: `several_recordings` where angles belong to more than one subject (labels without
            a prefix count as one) or, without angles, points do.
    """
    angles = [name for name in columns if "angle" in name.lower()]
    subjects = sorted({_subject(name) for name in angles} or _subjects_of_points(columns))
    if len(subjects) > 1:
        names = ", ".join(subject or "one without a name" for subject in subjects)
        raise MotionError(
            "several_recordings",
            f"{len(subjects)} subjects ({names}): export each subject's motion alone, as a file of "
            "its own with a row in trials.tsv",
        )
    own = f"{subjects[0]}:" if subjects and subjects[0] else ""
    return {name.removeprefix(own).strip(): column for name, column in columns.items()}


def _subject(name: str) -> str:
    return name.rpartition(":")[0].strip()


def _subjects_of_points(names: Iterable[str]) -> set[str]:
    """The subjects before a colon; no prefix counts only where labels double those of a subject."""
    labels = {AXIS_BEHIND.sub("", name) for name in names if not AXIS_BEFORE.match(name)}
    subjects = {_subject(label) for label in labels}
    doubled = any(label.rpartition(":")[2] in labels for label in labels if ":" in label)
    return subjects if doubled else subjects - {""}
