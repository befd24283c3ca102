"""Missing stretches of a recording: which part of it can be used, and how short gaps are closed."""

import numpy as np
from scipy.interpolate import PchipInterpolator


def longest_usable_part(values: np.ndarray, time_s: np.ndarray, max_gap_s: float) -> slice:
    """The longest stretch of frames without a gap over `max_gap_s` in any column.

    `values` is (T, C). Missing frames at the start or end of a column are never filled, since
    nothing lies beyond them. Columns missing throughout are left out of account. Returns an empty
    slice when no frame is usable.
    """
    usable = np.ones(len(values), bool)
    for column in values.T:
        gone = np.isnan(column)
        if gone.all():
            continue
        for start, stop in _runs(gone):
            at_the_edge = start == 0 or stop == len(gone)
            if at_the_edge or time_s[stop] - time_s[start - 1] > max_gap_s + 1e-6:
                usable[start:stop] = False
    runs = _runs(usable)
    start, stop = max(runs, key=lambda run: run[1] - run[0], default=(0, 0))
    return slice(start, stop)


def close_gaps(values: np.ndarray, time_s: np.ndarray) -> tuple[np.ndarray, int]:
    """Interpolate missing values of (T, C) within each column, and count them.

    Piecewise cubic Hermite (PCHIP), which does not overshoot. Columns missing throughout stay NaN.
    """
    closed, n_filled = values.copy(), 0
    for column in closed.T:
        gone = np.isnan(column)
        if gone.any() and not gone.all():
            known = PchipInterpolator(time_s[~gone], column[~gone])
            column[gone] = known(time_s[gone])
            n_filled += int(gone.sum())
    return closed, n_filled


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
