"""How far joint angles lie from those they stand for."""

from collections.abc import Iterable

import numpy as np


def rmse_per_joint(errors: Iterable[np.ndarray]) -> np.ndarray:
    """Root mean square over all frames of some trials, (J,), in the unit of `errors`.

    Args:
        errors: Of each trial (T, J); NaN where an angle was not observed.

    Returns:
        NaN for a joint that no frame has.
    """
    squared, n_frames = 0.0, 0
    for error in errors:
        squared = squared + np.nansum(np.square(error, dtype=np.float64), axis=0)
        n_frames = n_frames + (~np.isnan(error)).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.sqrt(squared / n_frames)
