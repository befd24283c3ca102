"""What a model is trained on, made anew in every epoch: else a small cohort is learnt by heart."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def copies_of_tasks(questions: pd.DataFrame, most: int) -> dict[str, int]:
    """How often a question of each task is asked in an epoch: the more, the fewer there are.

    The square root of how many times fewer they are than those of the most frequent task, from 1 to
    `most`.
    """
    counts = questions["task"].value_counts()
    wanted = (counts.max() / counts).pow(0.5).round().astype(int)
    return wanted.clip(1, most).to_dict()


def asked_anew(
    questions: pd.DataFrame,
    copies: Mapping[str, int],
    phrasings: Mapping[str, Sequence[str]] | None,
    random: np.random.Generator,
) -> pd.DataFrame:
    """`questions` with `copies` of each by its task, in phrasings drawn at random where given.

    Copies of one question never share a phrasing, unless the task has fewer.
    """
    repeated = questions.loc[questions.index.repeat(questions["task"].map(copies))]
    if phrasings is None:
        return repeated
    texts = [
        text
        for task in questions["task"]
        for text in np.resize(random.permutation(phrasings[task]), copies[task]).tolist()
    ]
    return repeated.assign(question=texts)


def noisy(
    tokens: np.ndarray, share: float, codebook_size: int, random: np.random.Generator
) -> np.ndarray:
    """`tokens` of a motion with a share of them replaced by random codes."""
    replaced = random.random(len(tokens)) < share
    return np.where(replaced, random.integers(0, codebook_size, len(tokens)), tokens)
