"""Vary what a model is trained on from epoch to epoch, lest a small cohort be learnt by heart."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.settings.finetune_section import TrainingSettings

SPLICED = 0.3  # share of the questions that end like another phrasing of their task
MISSING_WORDS = 0.15  # share of the words that are left out
NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"  # in an answer
OTHER_SIDE = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def copies_per_task(questions: pd.DataFrame, most: int) -> dict[str, int]:
    """How often each question of a task is asked in an epoch; rare tasks are asked more often.

    A task with n times fewer questions than the most frequent task has the square root of n copies
    of each, at least 1 and at most `most`.
    """
    counts = questions["task"].value_counts()
    wanted = (counts.max() / counts).pow(0.5).round().astype(int)
    return wanted.clip(1, most).to_dict()


def copies_per_answer(questions: pd.DataFrame, most: float) -> np.ndarray:
    """How often each question (Q,) of a classification is asked besides, so that rare answers count.

    An answer that is n times rarer than its task's most frequent one has the square root of n copies,
    at most `most`; a number has 1.
    """
    same_answer = questions.groupby(["task", "answer"])["answer"].transform("size")
    most_frequent = same_answer.groupby(questions["task"]).transform("max")
    wanted = (most_frequent / same_answer).pow(0.5).clip(upper=most)
    return wanted.where(questions["kind"] == "classification", 1.0).to_numpy()


def repeated_questions(
    questions: pd.DataFrame, copies: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """Each question as often as `copies` (Q,) says; of 2.3 copies the third is drawn three times of ten."""
    whole = np.floor(copies)
    share = copies - whole
    drawn = random.random(len(copies)) < share if share.any() else 0
    return questions.loc[questions.index.repeat((whole + drawn).astype(int))]


def reworded(
    questions: pd.DataFrame, phrasings: Mapping[str, Sequence[str]], random: np.random.Generator
) -> pd.DataFrame:
    """`questions` in other words: half are a phrasing of their task, half are made by `paraphrase`."""
    texts = [
        paraphrase(phrasings[task], random) if random.random() < 0.5
        else phrasings[task][random.integers(len(phrasings[task]))]
        for task in questions["task"]
    ]  # fmt: skip
    return questions.assign(question=texts)


def with_number_noise(
    questions: pd.DataFrame, noise: float, random: np.random.Generator
) -> pd.DataFrame:
    """`questions` with Gaussian noise on the numbers answered, `noise` spreads of their task's numbers.

    A number alone says nothing of the numbers near it, so a model learns the few training answers by
    heart; with noise it learns that near numbers are nearly right. None leaves its task's range.
    """
    answers = questions["answer"].copy()
    for _, rows in questions[questions["kind"] == "regression"].groupby("task"):
        texts = rows["answer"].str.extract(NUMBER, expand=False)
        numbers = texts.astype(float)
        noisy = numbers + noise * numbers.std(ddof=0) * random.standard_normal(len(rows))
        noisy = noisy.clip(numbers.min(), numbers.max())
        answers[rows.index] = [
            answer.replace(text, f"{number:.{len(text.partition('.')[2])}f}", 1)
            for answer, text, number in zip(rows["answer"], texts, noisy, strict=True)
        ]
    return questions.assign(answer=answers)


def paraphrase(phrasings: Sequence[str], random: np.random.Generator) -> str:
    """One of a task's phrasings with some words missing, sometimes ending like another phrasing.

    A model that knows its phrasings by heart does not understand people, who ask in other words.
    """
    words, ending = (phrasings[random.integers(len(phrasings))].split() for _ in range(2))
    if random.random() < SPLICED:
        cut = int(random.integers(1, len(words) + 1))
        words = words[:cut] + ending[int(random.integers(0, len(ending))) :]
    kept = [word for word in words if random.random() > MISSING_WORDS]
    return " ".join(kept or words)


def with_random_codes(
    tokens: np.ndarray, share: float, n_codes: int, random: np.random.Generator
) -> np.ndarray:
    """The motion `tokens` with a share of them replaced by random codes of the same codebook.

    Token k * `n_codes` + c is code c of the k-th codebook, from 0.
    """
    replaced = random.random(len(tokens)) < share
    random_tokens = tokens // n_codes * n_codes + random.integers(0, n_codes, len(tokens))
    return np.where(replaced, random_tokens, tokens)


def with_noise(
    motion: MotionInput, cfg: TrainingSettings, n_codes: int, random: np.random.Generator
) -> MotionInput:
    """`motion` with some random codes, and with noise on what its soft tokens are made of."""
    if len(motion.codes):
        codes = with_random_codes(motion.codes, cfg.motion_noise, n_codes, random)
        motion = motion._replace(codes=codes)
    if motion.features is not None and cfg.feature_noise:
        noise = random.standard_normal(motion.features.shape, np.float32)
        motion = motion._replace(features=motion.features + cfg.feature_noise * noise)
    if motion.shows_video and cfg.feature_noise:
        noise = random.standard_normal(motion.video.values.shape, np.float32)
        video = motion.video._replace(values=motion.video.values + cfg.feature_noise * noise)
        motion = motion._replace(video=video)
    return motion


def mixed(
    motion: MotionInput, other: MotionInput, concentration: float, random: np.random.Generator
) -> MotionInput:
    """`motion` with features between its own and those of `other`, mostly nearer to its own.

    Mixup (Zhang et al. 2018) weighs the answers to both movements by shares drawn from Beta(c, c). Here
    only those to `motion` are learnt, with its share drawn from Beta(c + 1, c): the expected loss is the
    same, since each of two movements is as often the other one. What has no features stays as it is.
    """
    if motion.features is None:
        return motion
    share = np.float32(random.beta(concentration + 1, concentration))
    return motion._replace(features=share * motion.features + (1 - share) * other.features)


def exchange_sides(text: str) -> str:
    """`text` with the words left and right exchanged, for a mirrored movement."""
    return re.sub(r"\b(?:[Ll]eft|[Rr]ight)\b", lambda side: OTHER_SIDE[side[0]], text)
