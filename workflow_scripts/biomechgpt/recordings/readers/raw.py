"""What every reader returns, and how it says that a file cannot be used."""

from typing import NamedTuple

import numpy as np

COLUMN_LIMIT = 10_000  # more are no recording of a body
UNPACKED_FACTOR = 100  # constant channels pack well, but no recording packs better as a whole
UNPACKED_BYTES = 64 << 20  # what any file may unpack to


class MotionError(ValueError):
    """One motion file that cannot be used: `problem` is a slug, `detail` says what to do.

    It ends the reading of that file only.
    """

    def __init__(self, problem: str, detail: str):
        super().__init__(f"{problem}: {detail}")
        self.problem, self.detail = problem, detail


def check_unpacked(n_bytes: int, n_columns: int, file_bytes: int) -> None:
    """Refuse a file of `file_bytes` that would unpack to `n_bytes` out of all proportion.

    Raises:
        MotionError: `unreadable`.
    """
    if n_columns > COLUMN_LIMIT:
        detail = f"{n_columns} columns, a motion has {COLUMN_LIMIT} at most"
        raise MotionError("unreadable", detail)
    if n_bytes > max(UNPACKED_FACTOR * file_bytes, UNPACKED_BYTES):
        raise MotionError(
            "unreadable",
            f"{file_bytes} bytes would unpack to {n_bytes}, which no recording does; export the "
            "motion again",
        )


class Note(NamedTuple):
    """Something odd in a motion file that did not keep it from being read."""

    problem: str
    detail: str


class Segments(NamedTuple):
    """The rigid segments of a skeleton file, each under the name of the joint that it hangs on."""

    rest: dict[str, np.ndarray]  # joint -> its position (3,) in the rest pose
    turns: dict[str, np.ndarray]  # joint -> rotations (T, 3, 3) of its segment from the rest pose


class RawMotion(NamedTuple):
    """The columns of a motion file as they stand in it, before any coordinate map."""

    time_s: np.ndarray | None  # (T,) float64; None where the file carries no time
    columns: dict[str, np.ndarray]  # name -> (T,) float64, NaN where a value is missing
    unit: str | None  # of the rotations: "deg", "rad", or None where the file does not say
    notes: list[Note]
    frame_rate_hz: float | None = None  # as the file states it, where it has no time column
    implied_rate_hz: float | None = None  # from stored velocities, a few percent off
    segments: Segments | None = None  # of a skeleton file; its columns are positions of joints
