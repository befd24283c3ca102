"""What kinematics say of copies of a movement, and how it is put into words."""

import numpy as np
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.motion_encoder.facts import FactScale, as_bumps, fit_scale, measured_facts, scaled
from biomechgpt.motion_encoder.views import views_of
from biomechgpt.motion_encoder.words import TOLD, fact_questions, in_digits, in_words
from tests.motion_encoder.conftest import RATE_HZ, walk


def test_facts_of_a_copy_are_measured_on_the_copy(movements):
    cadences = [v.facts["cadence_steps_min"] for v in views_of(movements[:1], 8, RATE_HZ, 0)]
    assert cadences[0] == pytest.approx(70, abs=2) == pytest.approx(cadences[1], abs=2)
    stretched = np.array(cadences[2:])
    assert np.ptp(stretched) > 10
    assert (np.abs(np.log(stretched / 70)) < 0.3).all()


def test_the_mirror_exchanges_the_facts_of_both_sides():
    angles = walk(100)
    angles[:, JOINT_NAMES.index("knee_angle_r")] *= 0.5
    plain, mirrored = (view.facts for view in views_of([angles], 0, RATE_HZ, 0))
    assert plain["knee_angle_l.range"] > 1.5 * plain["knee_angle_r.range"]
    assert mirrored["knee_angle_r.range"] == pytest.approx(plain["knee_angle_l.range"], rel=1e-5)
    assert mirrored["knee_angle.range_asymmetry"] == pytest.approx(
        -plain["knee_angle.range_asymmetry"], rel=1e-5
    )


def test_copies_are_the_same_with_the_same_seed_and_others_with_another(movements):
    first, again, other = (
        [v.angles_rad for v in views_of(movements[:2], 3, RATE_HZ, seed)] for seed in (5, 5, 6)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_what_hardly_any_movement_has_or_what_never_differs_is_not_learnt():
    rows = [{"often": i, "seldom": i if i < 2 else np.nan, "always": 7.0} for i in range(10)]
    scale = fit_scale(rows)
    assert scale.names == ["often"]
    assert scale.mean[0] == 4.5
    assert scale.deciles[0] == pytest.approx(np.quantile(range(10), np.arange(0.1, 0.95, 0.1)))


def test_an_unknown_fact_stays_unknown_and_an_extreme_one_is_cut():
    scale = FactScale(["a", "b"], np.zeros(2), np.array([1.0, 2.0]), np.zeros((2, 9)))
    assert scaled({"a": 100.0, "b": -2.0}, scale).tolist() == [4.0, -1.0]
    assert np.isnan(scaled({"a": np.nan, "b": 0.0}, scale)).tolist() == [True, False]


@pytest.fixture
def scale():
    deciles = np.tile(np.arange(10, 100, 10.0), (2, 1))
    return FactScale(["cadence_steps_min", "rhythm"], np.zeros(2), np.ones(2), deciles)


def test_words_name_each_fact_with_its_unit_and_say_what_is_unknown(scale):
    words = in_words(np.array([81.6, np.nan]), scale)
    assert "cadence 82 steps/min" in words
    assert "rhythm unknown" in words
    assert "speed unknown" in words  # no training movement had one
    assert words.count(",") == len(TOLD) - 1


def test_digits_are_the_tenths_of_the_training_movements(scale):
    digits = in_digits(np.array([81.6, np.nan]), scale).split(" ")
    assert len(digits) == len(TOLD)
    assert digits[list(TOLD).index("cadence_steps_min")] == "8"
    assert digits[list(TOLD).index("rhythm")] == "-"
    assert {*in_digits(np.array([5.0, 95.0]), scale).split(" ")} == {"-", "0", "9"}


def test_only_known_facts_are_asked(scale):
    (pair,) = fact_questions(np.array([81.6, np.nan]), scale)
    assert pair == ("Measured cadence, in steps/min?", "82")


def test_every_fact_that_is_told_is_measured():
    assert set(TOLD) <= set(measured_facts(walk(100), RATE_HZ))


def test_a_fact_lights_the_bump_that_stands_where_it_is():
    facts = np.array([-3.5, 0.0, 1.2, 50.0])
    bumps = as_bumps(facts, 71)
    assert bumps.shape == (4, 71)
    assert bumps[:3].argmax(1).tolist() == [0, 35, 47]  # every tenth of a spread
    assert np.square(bumps[:3]).mean(1) == pytest.approx(1.0)
    assert (bumps[3] == 0).all()  # farther than any training movement
