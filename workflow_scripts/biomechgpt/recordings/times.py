"""The times of a recording's frames, and its frame rate."""

from collections.abc import Mapping

import numpy as np

from biomechgpt.recordings.overrides import RATES_HZ
from biomechgpt.recordings.readers import MotionError, Note, RawMotion

SLOWEST_HZ = 5.0  # nobody records a body at fewer frames a second
CLOCKS = {"milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}  # units a second
CLOCK_RATES_HZ = (10.0, 2000.0)  # of recordings whose times are in another unit
TIME_TOLERANCE = 0.05  # of the usual time step
TIME_ROUNDING_S = 0.00105  # programs that write milliseconds alternate, e.g. 16 and 17 ms
RATE_TOLERANCE = 0.1  # between an assumed rate and the one that stored velocities imply


def decide_time(
    raw: RawMotion, n_frames: int, row: Mapping, map_hz: float | None
) -> tuple[np.ndarray, list[Note]]:
    """Times of the frames (T,): by the rate in the table, the file's times or rate, or the map's rate.

    Raises:
        MotionError: `no_frame_rate`.
    """
    if row.get("frame_rate_hz"):
        return np.arange(n_frames) / float(row["frame_rate_hz"]), []
    if raw.time_s is not None:
        return raw.time_s, []
    rate_hz = raw.frame_rate_hz or map_hz
    if rate_hz is None:
        near = next((name for name in raw.columns if "time" in name.lower()), None)
        hint = f", and {near!r} is not called time, in seconds" if near else ""
        raise MotionError(
            "no_frame_rate", f"the file carries no time{hint}; set frame_rate_hz in trials.tsv"
        )
    implied_hz = raw.implied_rate_hz
    if implied_hz is not None and abs(implied_hz / rate_hz - 1) > RATE_TOLERANCE:
        raise MotionError(
            "no_frame_rate",
            f"its velocities fit {implied_hz:.0f} frames a second and not {rate_hz:g}; set "
            "frame_rate_hz in trials.tsv",
        )
    detail = f"the file carries no time; {rate_hz:g} Hz, the rate of its source, was taken"
    notes = [] if raw.frame_rate_hz else [Note("rate_assumed", detail)]
    return np.arange(n_frames) / rate_hz, notes


def usable_rows(time_s: np.ndarray) -> tuple[np.ndarray, list[Note]]:
    """Which rows to keep (T,) bool: rows that repeat a time are dropped, the first one stays.

    Raises:
        MotionError: `time_decreasing`, `unreadable` or `one_row`.
    """
    if not np.isfinite(time_s).all():
        row = int(np.argmin(np.isfinite(time_s))) + 1
        raise MotionError("unreadable", f"row {row} has no time")
    steps_s = np.diff(time_s)
    if (steps_s < 0).any():
        row = int(np.argmax(steps_s < 0)) + 2
        raise MotionError(
            "time_decreasing",
            f"time goes back at row {row}; split the file there or export it again",
        )
    keep = np.concatenate([[True], steps_s > 0])
    if keep.sum() < 2:
        raise MotionError("one_row", "all rows bear the same time")
    n_repeated = int((~keep).sum())
    detail = f"{n_repeated} rows repeat the time of the row before and were dropped"
    return keep, [Note("repeated_time", detail)] if n_repeated else []


def frame_rate_of(time_s: np.ndarray) -> tuple[float, list[Note]]:
    """Frames a second of strictly increasing times (T,), and a note where steps are uneven.

    The mean over ordinary steps is taken: steps rounded to milliseconds average out.

    Raises:
        MotionError: `no_frame_rate` where the times are in no unit of a movement.
    """
    steps_s = np.diff(time_s)
    usual_s = float(np.median(steps_s))
    ordinary = steps_s[(steps_s > 0.5 * usual_s) & (steps_s < 1.5 * usual_s)]
    in_milliseconds = np.abs(time_s * 1000 - np.round(time_s * 1000)).max() < 1e-3
    tolerance_s = max(TIME_TOLERANCE * usual_s, TIME_ROUNDING_S * in_milliseconds)
    n_uneven = int((np.abs(steps_s - ordinary.mean()) > tolerance_s).sum())
    detail = f"{n_uneven} of {len(steps_s)} time steps differ from {usual_s:.4g} s by over 5 %"
    if not 1 / RATES_HZ[1] <= ordinary.mean() <= 1 / SLOWEST_HZ:
        raise MotionError(
            "no_frame_rate",
            f"its usual time step is {usual_s:.4g} s{_guess(time_s, usual_s)}, but a movement has "
            f"{SLOWEST_HZ:g} to {RATES_HZ[1]:g} frames a second; bring the times to seconds or set "
            "frame_rate_hz in trials.tsv",
        )
    return 1 / float(ordinary.mean()), [Note("uneven_time", detail)] if n_uneven else []


def _guess(time_s: np.ndarray, step: float) -> str:
    """A question to the user: what a time column with far too large steps may hold."""
    if time_s[0] == 0 and abs(time_s[-1] - 100) < 1e-6:
        return " (percent of the gait cycle? then it is no recording)"
    guesses = ["frame numbers?"] if step >= 1 and abs(step - round(step)) < 1e-6 else []
    low_hz, high_hz = CLOCK_RATES_HZ
    guesses += [f"{name}?" for name, clock in CLOCKS.items() if low_hz <= clock / step <= high_hz]
    return f" ({' '.join(guesses)})" if guesses else ""


def mark_time_gaps(
    time_s: np.ndarray, values: dict[str, np.ndarray]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Put a row without values into each pause of more than three steps, so that it is a gap."""
    steps_s = np.diff(time_s)
    after = np.flatnonzero(steps_s > 3 * np.median(steps_s)) + 1
    if not len(after):
        return time_s, values
    middle_s = (time_s[after - 1] + time_s[after]) / 2
    opened = {name: np.insert(column, after, np.nan) for name, column in values.items()}
    return np.insert(time_s, after, middle_s), opened
