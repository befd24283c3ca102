"""What is measured of a trial: on strides that are known, on real walks, and where nothing can be."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.mirror import mirrored
from biomechgpt.features.measured_record import measured_record
from biomechgpt.features.walking_strides import walking_strides
from tests.helpers.normal_walks import RATE_HZ, STRIDE_S, normal_gait, normal_walk


def record_of(angles_rad: np.ndarray) -> dict:
    return {(q.key, q.side): q for q in measured_record(angles_rad, RATE_HZ, normal_gait())}


@pytest.fixture(scope="module")
def walk():
    return record_of(normal_walk())


def test_every_stride_between_the_first_and_the_last_contact_is_one_and_as_long_as_it_was_made():
    strides = walking_strides(normal_walk(), RATE_HZ)
    assert len(strides) >= 12
    for stride in strides:
        assert stride.duration_s == pytest.approx(STRIDE_S, abs=0.02)
        assert stride.times_s == tuple(sorted(stride.times_s))


def test_normal_curves_are_where_they_are_usual(walk):
    """The events lie a few percent of the cycle beside the heel strike that the curves begin with."""
    assert walk["cadence", None].value == pytest.approx(120 / STRIDE_S, abs=1)
    assert walk["gait_profile_score", None].value < 3
    assert walk["peak_hip_extension", "left"].value == pytest.approx(19, abs=1)
    assert walk["knee_flexion_swing", "right"].value == pytest.approx(63.1, abs=0.5)
    assert walk["ankle_plantarflexion_push_off", "left"].value == pytest.approx(17, abs=1)
    assert walk["stance_share", "right"].value == pytest.approx(61, abs=3)
    assert walk["temporal_symmetry", None].value == pytest.approx(1, abs=0.02)
    outside = [
        key
        for (key, _), quantity in walk.items()
        if quantity.usual and quantity.usual.low and not
        quantity.usual.low <= quantity.value <= quantity.usual.high
    ]  # fmt: skip
    assert outside == []


def test_stance_and_double_support_belong_together(walk):
    both = walk["stance_share", "right"].value + walk["stance_share", "left"].value - 100
    assert walk["double_support_share", None].value == pytest.approx(both, abs=1)


def test_speed_is_stride_length_times_strides(walk):
    speed = walk["stride_length", "left"].value / STRIDE_S
    assert walk["walking_speed", None].value == pytest.approx(speed, rel=0.08)


def test_a_bent_knee_is_flexion_upwards_and_on_its_own_side(walk):
    bent = record_of(normal_walk({"knee_angle": -15}))
    for key in ("knee_flexion_at_contact", "knee_flexion_loading", "knee_flexion_swing"):
        assert bent[key, "right"].value - walk[key, "right"].value == pytest.approx(15, abs=4)
        assert bent[key, "left"].value == pytest.approx(walk[key, "left"].value, abs=2)
    assert bent["knee_flexion_score", "right"].value > 12
    assert bent["gait_profile_score", None].value > walk["gait_profile_score", None].value + 3


def test_the_mirrored_walk_has_the_sides_exchanged():
    angles_rad = normal_walk({"knee_angle": -10, "hip_flexion": 6})
    here, there = record_of(angles_rad), record_of(mirrored(angles_rad))
    other = {"right": "left", "left": "right"}
    for (key, side), quantity in here.items():
        if side is not None:
            assert there[key, other[side]].value == pytest.approx(quantity.value, abs=1e-6), key
    asymmetry = here["step_length_asymmetry", None].value
    assert there["step_length_asymmetry", None].value == pytest.approx(-asymmetry, abs=1e-6)


@pytest.mark.parametrize("change", ["standing", "backward", "running"])
def test_what_is_no_forward_walk_has_no_stride_and_says_so(change):
    angles_rad = normal_walk()
    rate_hz = RATE_HZ
    if change == "standing":
        angles_rad = np.broadcast_to(angles_rad[0], angles_rad.shape)
    elif change == "backward":
        angles_rad = angles_rad[::-1]
    else:
        rate_hz *= 1.5  # 164 steps/min
    record = measured_record(angles_rad, rate_hz, normal_gait())
    assert {quantity.value for quantity in record} == {None}
    assert {quantity.reason for quantity in record} == {"there is no walking stride in this trial"}
    assert record[0].text == "not measured: there is no walking stride in this trial"


@pytest.mark.parametrize("missing", [np.nan, 0.0])
def test_a_missing_ankle_leaves_out_what_needs_it_and_nothing_else(walk, missing):
    angles_rad = normal_walk()
    angles_rad[:, JOINT_NAMES.index("ankle_angle_l")] = missing
    record = record_of(angles_rad)
    gone = {key for key, quantity in record.items() if quantity.value is None}
    assert {quantity.reason for quantity in map(record.get, gone)} == {
        "ankle dorsiflexion is not recorded"
    }
    assert ("stance_share", "left") in gone
    assert ("ankle_dorsiflexion_swing", "right") not in gone
    assert {"double_support_share", "gait_profile_score", "temporal_symmetry"} <= {
        k for k, _ in gone
    }
    assert record["knee_flexion_swing", "left"].value == pytest.approx(
        walk["knee_flexion_swing", "left"].value, abs=2
    )


def test_a_gap_in_an_angle_is_no_number():
    angles_rad = normal_walk()
    angles_rad[200:205, JOINT_NAMES.index("ankle_angle_r")] = np.nan
    record = record_of(angles_rad)
    assert record["ankle_dorsiflexion_range", "right"].value is None
    assert record["ankle_dorsiflexion_range", "left"].value > 20


def test_a_leg_without_a_stride_is_named():
    short = record_of(normal_walk()[: round(1.7 * RATE_HZ)])
    (gone,) = {side for side in ("right", "left") if short["step_length", side].value is None}
    assert (
        short["temporal_symmetry", None].reason == f"there is no walking stride of the {gone} leg"
    )


def test_a_missing_knee_leaves_nothing():
    angles_rad = normal_walk()
    angles_rad[:, JOINT_NAMES.index("knee_angle_r")] = np.nan
    record = measured_record(angles_rad, RATE_HZ, normal_gait())
    assert {q.reason for q in record} == {"hips or knees are not recorded"}
    assert {q.strides for q in record} == {0}


def test_keys_and_sides_are_those_of_every_trial(walk):
    still = record_of(np.zeros((100, len(JOINT_NAMES))))
    assert list(still) == list(walk)
    assert len(still) == len({(q.key, q.side) for q in still.values()})
