"""Synthetic movements without a language model are what their names say."""

from collections import Counter

import numpy as np
import pytest

from biomechgpt.body.gait import measure_gait
from biomechgpt.synthesis.simple_generators import GENERATORS, generate
from biomechgpt.synthesis.token_chains import TokenChain
from tests.helpers.labelled_walks import HIP_R, KNEE_L, KNEE_R, NECK, RATE_HZ, swinging

WALKS = [
    swinging("a", "p1", "left knee bends", stride_s=1.0, knee_rad=0.3),
    swinging("b", "p1", "normal", stride_s=1.0, knee_rad=0.5),
    swinging("c", "p2", "left knee bends", stride_s=1.4, knee_rad=0.7, lean_rad=0.2),
    swinging("d", "p2", "normal", stride_s=1.4, knee_rad=0.9, lean_rad=0.2),
]


def made(kind, walks=WALKS, n=40, seed=0):
    return generate(kind, walks, n, RATE_HZ, seed)


@pytest.mark.parametrize("kind", GENERATORS)
def test_walks_have_ids_of_their_own_and_labels_in_the_shares_of_the_recorded_ones(kind):
    walks = made(kind)
    assert len({walk.trial_id for walk in walks}) == len(walks) == 40
    assert all(walk.trial_id.startswith("synthetic/") for walk in walks)
    assert sorted(Counter(walk.label for walk in walks).values()) == [20, 20]
    assert {walk.angles_rad.shape[1] for walk in walks} == {34}
    assert all(np.isfinite(walk.angles_rad).all() for walk in walks)


@pytest.mark.parametrize("kind", GENERATORS)
def test_the_same_seed_makes_the_same_walks_and_a_smaller_number_the_first_of_them(kind):
    first, again, fewer = made(kind), made(kind), made(kind, n=7)
    for walk, other in zip(first, again, strict=True):
        assert np.array_equal(walk.angles_rad, other.angles_rad)
    for walk, other in zip(first, fewer, strict=False):
        assert np.array_equal(walk.angles_rad, other.angles_rad)


@pytest.mark.parametrize("kind", GENERATORS)
def test_what_a_recording_lacks_is_not_made_up(kind):
    walks = [walk._replace(angles_rad=walk.angles_rad.copy()) for walk in WALKS]
    for walk in walks:
        walk.angles_rad[:, NECK] = np.nan
    for walk in made(kind, walks, n=8):
        assert np.isnan(walk.angles_rad[:, NECK]).all()
        assert np.isfinite(np.delete(walk.angles_rad, NECK, axis=1)).all()


def test_mirrored_walks_have_the_other_side_in_their_label():
    labels = {walk.label for walk in made("mirror")}
    assert labels == {"right knee bends", "normal"}
    walk = next(w for w in made("mirror", [WALKS[0]], n=1))
    assert np.allclose(walk.angles_rad[:, KNEE_R], WALKS[0].angles_rad[:, KNEE_L])


def test_noise_is_a_tenth_of_the_spread_of_each_joint():
    source = WALKS[0]
    walks = made("noise", [source], n=50)
    errors = np.stack([walk.angles_rad - source.angles_rad for walk in walks])
    assert errors[:, :, KNEE_R].std() == pytest.approx(
        0.1 * source.angles_rad[:, KNEE_R].std(), rel=0.03
    )
    assert np.all(errors[:, :, NECK] == 0)  # it does not move


def test_warped_walks_go_through_the_same_postures_at_another_speed():
    walks = made("time_warp", [WALKS[0]], n=60)
    lengths = np.array([len(walk.angles_rad) for walk in walks]) / len(WALKS[0].angles_rad)
    assert lengths.min() < 0.95
    assert lengths.max() > 1.05
    assert abs(np.log(lengths).mean()) < 0.05
    for walk in walks[:5]:
        assert np.allclose(walk.angles_rad[0], WALKS[0].angles_rad[0])
        assert np.ptp(walk.angles_rad[:, KNEE_R]) == pytest.approx(0.3, abs=0.02)


def test_shifted_walks_lie_between_two_people_in_posture_and_range():
    shifted = [walk for walk in made("person_shift") if walk.participant_id == "p1"]
    leans = np.array([walk.angles_rad[:, HIP_R].mean() for walk in shifted])
    knees = np.array([np.ptp(w.angles_rad[:, KNEE_R]) for w in shifted if w.label == "normal"])
    assert leans.min() > -0.02
    assert leans.max() < 0.22
    assert np.ptp(leans) > 0.1
    assert knees.min() > 0.49
    assert knees.max() < 1.05
    assert np.ptp(knees) > 0.1


def test_nobody_is_shifted_to_people_who_share_no_label_with_them():
    alone = [WALKS[0], WALKS[3]]
    assert made("person_shift", alone) == []
    assert made("person_shift", WALKS[:2]) == []


def test_mixed_walks_have_strides_between_those_of_two_people():
    normal = [walk for walk in made("stride_mix") if walk.label == "normal"]
    stride_s = np.array(
        [120 / measure_gait(w.angles_rad, RATE_HZ).cadence_steps_min for w in normal]
    )
    knees = np.array([np.ptp(walk.angles_rad[:, KNEE_R]) for walk in normal])
    assert stride_s.min() > 0.93
    assert stride_s.max() < 1.5
    assert np.ptp(stride_s) > 0.2
    assert knees.min() > 0.47
    assert knees.max() < 0.93
    assert np.ptp(knees) > 0.15


def test_mixed_walks_have_no_step_from_one_stride_to_the_next():
    fastest = max(np.abs(np.diff(walk.angles_rad[:, KNEE_R])).max() for walk in WALKS)
    for walk in made("stride_mix"):
        assert np.abs(np.diff(walk.angles_rad[:, KNEE_R])).max() < 1.2 * fastest


def test_a_label_without_strides_is_not_mixed():
    standing = swinging("e", "p1", "standing")
    standing = standing._replace(angles_rad=np.zeros_like(standing.angles_rad))
    walks = made("stride_mix", [*WALKS, standing], n=50)
    assert len(walks) == 40
    assert "standing" not in {walk.label for walk in walks}


def test_token_chains_take_only_steps_that_a_movement_took():
    movements = [np.array([0, 10, 1, 11, 2, 12]), np.array([0, 11, 1, 10])]
    chain = TokenChain(movements, tokens_per_step=2)
    tokens = chain.draw(200, np.random.default_rng(0))
    taken = {(0, 10), (10, 1), (1, 11), (11, 2), (2, 12), (0, 11), (11, 1), (1, 10)}
    begun_anew = {(12, 0), (10, 0)}
    assert len(tokens) == 400
    assert tokens.dtype == np.uint16
    assert set(zip(tokens[:-1].tolist(), tokens[1:].tolist(), strict=True)) <= taken | begun_anew
    assert (tokens[::2] < 10).all()
    assert (tokens[1::2] >= 10).all()
