"""The numbers that are scored as answers to a question, and what their probabilities say.

Every number that training answers span is scored, not the answers alone, whose density would be
taken for probability. Where they are too many, all numbers that begin alike are scored as one, by
their beginning: a model that knows some numbers by heart would lose them between numbers left out.
"""

import math

import numpy as np
import pandas as pd

MOST_NUMBERS = 400  # that are scored as answers to one question
QUANTILES = (0.05, 0.5, 0.95)


def possible_numbers(questions: pd.DataFrame, tasks: dict) -> dict[str, list[str]]:
    """Per regression task, the numbers or beginnings of numbers that are scored, ascending, as text.

    `questions` are the training questions, `tasks` the config's.
    """
    regression = questions[questions["kind"] == "regression"]
    found = regression["answer"].str.extract(r"^\s*(-?[0-9.]+)", expand=False).astype(float)
    return {
        task: _beginnings(numbers.min(), numbers.max(), tasks[task]["decimals"])
        for task, numbers in found.dropna().groupby(regression["task"])
    }


def _beginnings(least: float, largest: float, decimals: int) -> list[str]:
    """All numbers from `least` to `largest`, or their beginnings with as many decimals as fit.

    Whole numbers that are still too many are thinned out evenly.
    """
    for kept in range(decimals, -1, -1):
        first, last = (math.trunc(round(x * 10**kept, 6)) for x in (least, largest))
        if last - first < MOST_NUMBERS:
            break
    step = (last - first) // MOST_NUMBERS + 1
    point = "." if decimals and not kept else ""
    return [f"{n / 10**kept:.{kept}f}{point}" for n in range(first, last + 1, step)]


def values(beginnings: list[str], decimals: int) -> np.ndarray:
    """The middle of all numbers of `decimals` decimals that begin so, for each of the beginnings."""
    least = np.array([float(text) for text in beginnings])
    spans = np.array(
        [10.0 ** -len(text.partition(".")[2]) - 10.0**-decimals for text in beginnings]
    )
    return least + np.where(least < 0, -spans, spans) / 2


def quantiles(numbers: np.ndarray, shares: np.ndarray) -> list[float]:
    """The 5 % quantile, the median and the 95 % quantile of a distribution over sorted `numbers`."""
    reached = np.searchsorted(np.cumsum(shares), QUANTILES).clip(max=len(numbers) - 1)
    return numbers[reached].tolist()
