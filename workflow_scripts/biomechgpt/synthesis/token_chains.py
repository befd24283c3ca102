"""Synthetic movements from motion tokens drawn one after the other, by what follows what in a label."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np


class TokenChain:
    """A Markov chain of first order over the motion tokens of a label's movements."""

    def __init__(self, movements: Sequence[np.ndarray], tokens_per_step: int):
        """`movements` are the tokens (n_tokens,) of the label's training movements."""
        self.tokens_per_step = tokens_per_step
        self.starts = [tokens[:tokens_per_step] for tokens in movements]
        self.followers: Mapping[int, list[int]] = defaultdict(list)
        for tokens in movements:
            for token, following in pairwise(tokens.tolist()):
                self.followers[token].append(following)

    def draw(self, n_steps: int, random: np.random.Generator) -> np.ndarray:
        """Tokens (n_steps * tokens_per_step,) uint16 that begin as a training movement does.

        Where the last token of a movement is followed by none, another movement begins.
        """
        tokens: list[int] = []
        while len(tokens) < n_steps * self.tokens_per_step:
            followers = self.followers.get(tokens[-1]) if tokens else None
            if followers:
                tokens.append(followers[random.integers(len(followers))])
            else:
                tokens += self.starts[random.integers(len(self.starts))].tolist()
        return np.array(tokens[: n_steps * self.tokens_per_step], np.uint16)
