"""Which numbers are scored as answers to a question, and what their probabilities say.

Every number in the range of the training answers is scored: scoring the training answers alone would
take their density for probability. Where that is too many, all numbers with the same beginning are
scored together by that beginning: of a thinned-out list, a model that learnt a number by heart might
find only its neighbours.
"""

import math

import numpy as np
import pandas as pd

from biomechgpt.settings.question_settings import Questions

MAX_NUMBERS = 400  # scored as answers to one question
QUANTILES = (0.05, 0.5, 0.95)


def possible_numbers(questions: pd.DataFrame, tasks: Questions) -> dict[str, list[str]]:
    """By regression task the numbers, or beginnings of numbers, that are scored: text, ascending.

    `questions` are the training questions of `tasks`.
    """
    regression = questions[questions["kind"] == "regression"]
    answers = regression["answer"].str.extract(r"^\s*(-?[0-9.]+)", expand=False).astype(float)
    return {
        task: _beginnings(numbers.min(), numbers.max(), tasks[task].decimals)
        for task, numbers in answers.dropna().groupby(regression["task"])
    }


def _beginnings(smallest: float, largest: float, decimals: int) -> list[str]:
    """All numbers from `smallest` to `largest`, or their beginnings with as many decimals as fit.

    Whole numbers, where even those are too many, are thinned out evenly.
    """
    for kept in range(decimals, -1, -1):
        first, last = (math.trunc(round(x * 10**kept, 6)) for x in (smallest, largest))
        if last - first < MAX_NUMBERS:
            break
    step = (last - first) // MAX_NUMBERS + 1
    point = "." if decimals and not kept else ""
    return [f"{n / 10**kept:.{kept}f}{point}" for n in range(first, last + 1, step)]


def values(beginnings: list[str], decimals: int) -> np.ndarray:
    """For each beginning the middle of the numbers with `decimals` decimals that begin with it."""
    starts = np.array([float(text) for text in beginnings])
    spans = np.array(
        [10.0 ** -len(text.partition(".")[2]) - 10.0**-decimals for text in beginnings]
    )
    return starts + np.where(starts < 0, -spans, spans) / 2


def quantiles(numbers: np.ndarray, shares: np.ndarray) -> list[float]:
    """The 5 % quantile, the median and the 95 % quantile of a distribution over sorted `numbers`."""
    reached = np.searchsorted(np.cumsum(shares), QUANTILES).clip(max=len(numbers) - 1)
    return numbers[reached].tolist()
