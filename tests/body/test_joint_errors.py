"""The root mean square of each joint, over all frames of all trials that have it."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import ARM_JOINTS, JOINT_NAMES, LEG_JOINTS, TRUNK_JOINTS
from biomechgpt.body.joint_errors import SquaredErrors, rmse_per_joint

NAN = np.nan


def test_a_frame_counts_once_whatever_trial_it_is_of():
    sums = SquaredErrors(3)
    sums.add(np.array([[3.0, NAN, NAN], [3.0, 1.0, NAN]]))
    sums.add(np.array([[0.0, 1.0, NAN]]))
    np.testing.assert_allclose(sums.rmse(), [np.sqrt(6), 1, NAN])


def test_single_precision_is_summed_in_double():
    errors = np.full((100_000, 1), 0.1, np.float32)
    assert rmse_per_joint(errors)[0] == pytest.approx(np.float32(0.1), rel=1e-12)


def test_each_joint_is_of_leg_trunk_or_arm():
    assert sorted(LEG_JOINTS + TRUNK_JOINTS + ARM_JOINTS) == sorted(JOINT_NAMES)
    assert len(LEG_JOINTS) == len(ARM_JOINTS) == 14
