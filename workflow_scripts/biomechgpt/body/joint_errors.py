"""How far joint angles lie from those they stand for: the root mean square of each joint."""

import numpy as np


class SquaredErrors:
    """Adds up the squared errors of each joint over trials; NaN is an angle that was not observed."""

    def __init__(self, n_joints: int):
        self.squared, self.n_frames = np.zeros(n_joints), np.zeros(n_joints)

    def add(self, errors: np.ndarray) -> None:
        """Take up the errors (T, J) of a trial."""
        self.squared += np.nansum(np.square(errors, dtype=np.float64), axis=0)
        self.n_frames += (~np.isnan(errors)).sum(axis=0)

    def rmse(self) -> np.ndarray:
        """Over all frames, (J,), in the unit of the errors; NaN for a joint that no frame has."""
        with np.errstate(invalid="ignore"):
            return np.sqrt(self.squared / self.n_frames)


def rmse_per_joint(errors: np.ndarray) -> np.ndarray:
    """The root mean square (J,) of errors (T, J) over the frames that have the joint."""
    sums = SquaredErrors(errors.shape[1])
    sums.add(errors)
    return sums.rmse()
