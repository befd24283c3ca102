"""Bring joint angles to one frame rate without aliasing."""

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.signal import butter, sosfiltfilt

ANTI_ALIAS_SHARE = 0.45  # of the new rate: just under its Nyquist frequency
FILTER_ORDER = 4


def resample(angles_rad: np.ndarray, time_s: np.ndarray, frame_rate_hz: float) -> np.ndarray:
    """Angles (T, J) at times (T,), possibly uneven, resampled to (T', J) at `frame_rate_hz`.

    Angles are unwrapped first, so that a jump of a full turn does not become a spike. A recording
    that is faster than the new rate is first low-pass filtered (zero-phase Butterworth). Columns that
    are NaN throughout stay so; other NaN must have been closed before.
    """
    present = ~np.isnan(angles_rad).all(axis=0)
    values = np.unwrap(angles_rad[:, present], axis=0)
    native_hz = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    if native_hz > 1.05 * frame_rate_hz:
        uniform_s = np.linspace(time_s[0], time_s[-1], len(time_s))
        values = _low_pass(CubicSpline(time_s, values)(uniform_s), native_hz, frame_rate_hz)
        time_s = uniform_s
    # A little slack, so that rounded time stamps do not cost the last frame.
    n_frames = int((time_s[-1] - time_s[0]) * frame_rate_hz + 0.05) + 1
    new_time_s = np.minimum(time_s[0] + np.arange(n_frames) / frame_rate_hz, time_s[-1])
    result = np.full((n_frames, angles_rad.shape[1]), np.nan)
    result[:, present] = CubicSpline(time_s, values)(new_time_s)
    return result


def _low_pass(values: np.ndarray, native_hz: float, frame_rate_hz: float) -> np.ndarray:
    sections = butter(FILTER_ORDER, ANTI_ALIAS_SHARE * frame_rate_hz, fs=native_hz, output="sos")
    padding = min(3 * (2 * len(sections) + 1), len(values) - 1)  # SciPy's own where there is room
    return sosfiltfilt(sections, values, axis=0, padlen=padding)
