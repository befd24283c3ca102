"""Predictions that are measured and not learnt: cadence and walking speed from kinematics."""

import numpy as np

from biomechgpt.baselines.task_examples import Examples, Predictions
from biomechgpt.body.gait import MEASURED_UNITS

MEASURED = tuple(MEASURED_UNITS)  # label columns, and fields of `gait.Gait`


def predict(training: Examples, held_out: Examples, label: str) -> Predictions:
    """The feature that `label` of `MEASURED` names; the median of training where legs do not swing."""
    measured = held_out.features[:, MEASURED.index(label)].astype(float)
    return np.where(np.isnan(measured), np.median(training.truth), measured), None
