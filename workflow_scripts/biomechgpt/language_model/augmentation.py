"""What a model is trained on, made anew in every epoch: else a small cohort is learnt by heart."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

SPLICED = 0.3  # share of the questions that end as another phrasing of their task does
MISSING_WORDS = 0.15
OTHER_SIDE = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


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
    """`questions` with `copies` of each by its task, asked anew where phrasings are given.

    Half of them are then in one of their task's phrasings, half `in_other_words`.
    """
    repeated = questions.loc[questions.index.repeat(questions["task"].map(copies))]
    if phrasings is None:
        return repeated
    texts = [
        in_other_words(phrasings[task], random) if random.random() < 0.5
        else phrasings[task][random.integers(len(phrasings[task]))]
        for task in repeated["task"]
    ]  # fmt: skip
    return repeated.assign(question=texts)


def in_other_words(phrasings: Sequence[str], random: np.random.Generator) -> str:
    """One of a task's phrasings, sometimes ending as another, with some words missing.

    A question must be understood from what it says and not be known by heart: people ask in words
    that were not trained on.
    """
    words, others = (phrasings[random.integers(len(phrasings))].split() for _ in range(2))
    if random.random() < SPLICED:
        cut = int(random.integers(1, len(words) + 1))
        words = words[:cut] + others[int(random.integers(0, len(others))) :]
    kept = [word for word in words if random.random() > MISSING_WORDS]
    return " ".join(kept or words)


def noisy(
    tokens: np.ndarray, share: float, n_codes: int, random: np.random.Generator
) -> np.ndarray:
    """`tokens` of a motion with a share of them replaced by random codes of the same codebook.

    A codebook has `n_codes` codes; the tokens of several ones stand behind one another.
    """
    replaced = random.random(len(tokens)) < share
    others = tokens // n_codes * n_codes + random.integers(0, n_codes, len(tokens))
    return np.where(replaced, others, tokens)


def other_side(text: str) -> str:
    """`text` on a mirrored movement: the words left and right are exchanged."""
    return re.sub(r"\b(?:[Ll]eft|[Rr]ight)\b", lambda found: OTHER_SIDE[found[0]], text)
