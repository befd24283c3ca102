"""What every reader returns, and how it says that a file cannot be used."""

from typing import NamedTuple

import numpy as np


class MotionError(ValueError):
    """One motion file that cannot be used: `problem` is a slug, `detail` says what to do.

    It ends the reading of that file only.
    """

    def __init__(self, problem: str, detail: str):
        super().__init__(f"{problem}: {detail}")
        self.problem, self.detail = problem, detail


class Note(NamedTuple):
    """Something odd in a motion file that did not keep it from being read."""

    problem: str
    detail: str


class RawMotion(NamedTuple):
    """The columns of a motion file as they stand in it, before any coordinate map."""

    time_s: np.ndarray | None  # (T,) float64; None where the file carries no time
    columns: dict[str, np.ndarray]  # name -> (T,) float64, NaN where a value is missing
    unit: str | None  # of the rotations: "deg", "rad", or None where the file does not say
    notes: list[Note]
    frame_rate_hz: float | None = None  # as the file states it, where it has no time column
    implied_rate_hz: float | None = None  # from stored velocities, a few percent off
