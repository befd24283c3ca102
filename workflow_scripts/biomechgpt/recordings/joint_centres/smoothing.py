"""Time stamps of cameras, and the noise of tracked points."""

from collections.abc import Mapping

import numpy as np
from scipy.signal import butter, sosfiltfilt

from biomechgpt.recordings.readers import Note

CLOCK_S = 60.0  # some recorders write the seconds of the clock
ORDER = 2  # run forwards and backwards: fourth order, no delay
PAUSE_STEPS = 3  # a longer step is a pause, and nothing is smoothed across it


def unwrap_clock(time_s: np.ndarray) -> tuple[np.ndarray, list[Note]]:
    """Times (T,) that run on where the seconds of a clock start again from 0."""
    known = np.isfinite(time_s)
    if not known.all() or time_s.min() < 0 or time_s.max() >= CLOCK_S:
        return time_s, []
    wraps = np.concatenate([[0], np.cumsum(np.diff(time_s) < -CLOCK_S / 2)])
    detail = f"the seconds of the clock start again {wraps[-1]} times; the minutes were added"
    return time_s + CLOCK_S * wraps, [Note("clock_wrapped", detail)] if wraps[-1] else []


def low_pass(
    landmarks_m: Mapping[str, np.ndarray], time_s: np.ndarray, cutoff_hz: float
) -> tuple[dict[str, np.ndarray], list[Note]]:
    """Smooth positions (T, 3) with a zero-phase Butterworth filter of fourth order.

    Uneven time steps are resampled for it and restored. Gaps stay gaps. `cutoff_hz`
    0 leaves the positions as they are, with a note where the frame rate is too low.
    """
    rate_hz = 1 / float(np.median(np.diff(time_s)))
    if cutoff_hz == 0:
        return dict(landmarks_m), []
    if rate_hz <= 2 * cutoff_hz:
        detail = f"{rate_hz:.3g} frames a second are too few for a low pass at {cutoff_hz:g} Hz"
        return dict(landmarks_m), [Note("not_smoothed", detail)]
    sections = butter(ORDER, cutoff_hz, fs=rate_hz, output="sos")
    values = np.concatenate(list(landmarks_m.values()), axis=1)  # (T, 3 K)
    pauses = np.flatnonzero(np.diff(time_s) > PAUSE_STEPS / rate_hz) + 1
    parts = np.split(np.arange(len(time_s)), pauses)
    smooth = np.concatenate([_smooth(values[part], time_s[part], sections) for part in parts])
    columns = np.split(smooth, len(landmarks_m), axis=1)
    return dict(zip(landmarks_m, columns, strict=True)), []


def _smooth(values: np.ndarray, time_s: np.ndarray, sections: np.ndarray) -> np.ndarray:
    """Values (T, C), smoothed on even time steps."""
    if len(values) < 4:
        return values
    even_s = np.linspace(time_s[0], time_s[-1], len(time_s))
    missing = np.isnan(values)
    bridged = _at(even_s, time_s, values)
    padding = min(len(values) - 1, 3 * (2 * len(sections) + 1))
    smooth = sosfiltfilt(sections, bridged, axis=0, padlen=padding)
    return np.where(missing, np.nan, _at(time_s, even_s, smooth))


def _at(wanted_s: np.ndarray, time_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Columns of (T, C) at other times, interpolated linearly across gaps."""
    moved = np.full((len(wanted_s), values.shape[1]), np.nan)
    for index, column in enumerate(values.T):
        known = np.isfinite(column)
        if known.any():
            moved[:, index] = np.interp(wanted_s, time_s[known], column[known])
    return moved
