"""Chance: what a classifier reaches on labels that belong to somebody else."""

import numpy as np


def shuffle_over_participants(truth: np.ndarray, participants: np.ndarray, seed: int) -> np.ndarray:
    """Labels (N,) in which every participant has those of another participant.

    The participants are put in a random order and each takes the labels of the next, so nobody
    keeps their own. What is the same in all trials of a person stays so: a shuffle over trials
    would break that and make chance look worse than guessing a person's label is. Within a person
    the labels come in random order, since many perform the same activities in the same order.
    Where the other participant has more trials, some of their labels are left out; where fewer, they
    repeat. A participant who is alone has only their own labels, in random order.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.unique(participants))
    shuffled = truth.copy()
    for person, other in zip(order, np.roll(order, 1), strict=True):
        rows = np.flatnonzero(participants == person)
        labels = rng.permutation(truth[participants == other])
        shuffled[rows] = np.resize(labels, len(rows))
    return shuffled
