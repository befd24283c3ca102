"""Likeness and memory by cases whose answer is known."""

import numpy as np
import pytest

from biomechgpt.synthesis import fidelity, memory

RANDOM = np.random.default_rng(0)
CLOUD = RANDOM.standard_normal((4000, 3))
PEOPLE = np.array([f"p{n % 8}" for n in range(80)])


def test_the_frechet_distance_of_normal_clouds_is_the_known_one():
    stretched = 2 * RANDOM.standard_normal((4000, 3)) + np.array([3.0, 0, 0])
    assert fidelity.frechet_distance(CLOUD, CLOUD) == pytest.approx(0, abs=1e-6)
    assert fidelity.frechet_distance(CLOUD, stretched) == pytest.approx(
        3**2 + 3 * (2 - 1) ** 2, rel=0.05
    )


def test_a_mode_that_is_missing_costs_recall_and_one_that_is_made_up_costs_precision():
    both_modes = np.concatenate([CLOUD[:100], CLOUD[100:200] + 50])
    single_mode = CLOUD[200:300]
    precision, recall = fidelity.precision_and_recall(both_modes, single_mode)
    assert precision > 0.9
    assert 0.4 < recall < 0.55
    precision, recall = fidelity.precision_and_recall(single_mode, both_modes)
    assert 0.4 < precision < 0.55
    assert recall > 0.9


def test_sets_are_told_apart_only_where_they_differ():
    same, other = CLOUD[:80], CLOUD[80:160]
    assert 0.35 < fidelity.told_apart(same, other, PEOPLE, PEOPLE) < 0.65
    assert fidelity.told_apart(same, other + 5, PEOPLE, PEOPLE) > 0.97


def test_who_somebody_is_does_not_tell_their_walks_from_what_was_made_of_them():
    # Each person stands elsewhere: over walks this would be told from copies by nothing but chance.
    own = 20 * RANDOM.standard_normal((8, 3))[np.arange(80) % 8]
    assert 0.3 < fidelity.told_apart(own + CLOUD[:80], own + CLOUD[80:160], PEOPLE, PEOPLE) < 0.7


def test_one_person_on_a_side_is_not_told_apart():
    assert np.isnan(fidelity.told_apart(CLOUD[:80], CLOUD[:80], PEOPLE, np.full(80, "p9")))


def test_components_are_of_spread_one_over_training_rows_alone():
    values = CLOUD * np.array([1.0, 10, 100])
    training = np.arange(4000) < 2000
    points = fidelity.principal_components(values, training, n_compared=3)
    assert points.shape == (4000, 2)
    assert points[training].std(axis=0) == pytest.approx([1, 1], rel=0.01)


def test_spread_is_measured_within_a_label():
    points = np.array([[0.0], [2.0], [100.0], [104.0]])
    assert fidelity.spread_within(points, np.array(["a", "a", "b", "b"])) == 3
    assert np.isnan(fidelity.spread_within(points[:1], np.array(["a"])))


def test_copies_are_nearer_than_anybody_and_tell_who_was_in_training():
    training, strangers = CLOUD[:200], CLOUD[200:400]
    copies = memory.nearness(training[:100], training, strangers)
    assert copies["nearest_ratio"] == 0
    assert copies["very_near_share"] == 1
    assert copies["membership_auc"] > 0.65
    new = memory.nearness(CLOUD[400:600], training, strangers)
    assert new["nearest_ratio"] == pytest.approx(1, abs=0.15)
    assert new["very_near_share"] < 0.12
    assert 0.4 < new["membership_auc"] < 0.6


def test_people_are_recognised_in_copies_and_not_in_new_people():
    own = 20 * RANDOM.standard_normal((8, 3))[np.arange(80) % 8]
    training, again = own + CLOUD[:80], own + CLOUD[80:160]
    strangers = 20 * RANDOM.standard_normal((300, 3))
    new = 20 * RANDOM.standard_normal((300, 3))
    assert memory.recognised_share(new, training, PEOPLE, strangers) < 0.15
    assert np.isnan(memory.recognised_share(new, training, np.full(80, "p1"), strangers))
    near_strangers = CLOUD[200:300]  # between all: nobody's
    assert memory.recognised_share(again, training, PEOPLE, near_strangers) > 0.5


def test_a_copied_run_is_the_longest_from_a_single_movement():
    training = [np.array([1, 2, 3, 4], np.uint16), np.array([5, 6], np.uint16)]
    synthetic = [
        np.array([9, 2, 3, 4], np.uint16),
        np.array([3, 4, 5, 6], np.uint16),
        np.array([7, 8], np.uint16),
        np.array([], np.uint16),
    ]
    assert memory.longest_copied_runs(synthetic, training).tolist() == [0.75, 0.5, 0, 0]
