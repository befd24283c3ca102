import numpy as np
import pytest

from biomechgpt.baselines.shuffling import shuffle_over_participants


def cohort(seed=0, n_people=60):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 9, n_people)
    people = np.repeat([f"p{i}" for i in range(n_people)], sizes)
    labels = np.repeat(rng.choice(["stroke", "amputee", "brain"], n_people), sizes)
    return people, labels


def test_what_is_the_same_in_all_trials_of_a_person_stays_so():
    people, labels = cohort()
    shuffled = shuffle_over_participants(labels, people, 0)
    assert all(len(set(shuffled[people == person])) == 1 for person in set(people))


def test_the_link_to_the_person_is_destroyed():
    people, labels = cohort(n_people=300)
    agreement = [(shuffle_over_participants(labels, people, s) == labels).mean() for s in range(20)]
    by_accident = sum((labels == label).mean() ** 2 for label in set(labels))
    assert np.mean(agreement) == pytest.approx(by_accident, abs=0.03)


def test_nobody_keeps_their_own_labels():
    people = np.repeat([f"p{i}" for i in range(7)], 3)
    for seed in range(20):
        assert (shuffle_over_participants(people, people, seed) != people).all()


def test_the_order_of_a_persons_trials_tells_nothing():
    """Everybody walks first and stands last: the place in the protocol must not give it away."""
    people = np.repeat([f"p{i}" for i in range(200)], 4)
    labels = np.tile(["walk", "stairs", "sit", "stand"], 200)
    shuffled = shuffle_over_participants(labels, people, 0)
    assert (shuffled == labels).mean() == pytest.approx(0.25, abs=0.05)
    assert all(len(set(shuffled[people == person])) == 4 for person in set(people))


def test_trials_of_a_person_need_not_stand_together():
    people, labels = cohort()
    order = np.random.default_rng(1).permutation(len(people))
    shuffled = shuffle_over_participants(labels[order], people[order], 0)
    assert all(len(set(shuffled[people[order] == person])) == 1 for person in set(people))


def test_numbers_stay_numbers_and_the_seed_decides():
    people = np.array(["a", "a", "b", "c"])
    numbers = np.array([1.0, 1.5, 2.0, 3.0])
    once, again = (shuffle_over_participants(numbers, people, 3) for _ in range(2))
    assert once.dtype == float
    assert np.array_equal(once, again)
    assert numbers.tolist() == [1.0, 1.5, 2.0, 3.0]


def test_a_participant_who_is_alone_keeps_the_set():
    numbers = np.arange(5.0)
    shuffled = shuffle_over_participants(numbers, np.array(["a"] * 5), 0)
    assert sorted(shuffled) == numbers.tolist()
