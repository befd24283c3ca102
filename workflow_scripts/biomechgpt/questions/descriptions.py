"""A movement in words: what its conditions are, as a clause each, and how long it lasts."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from biomechgpt.questions.tasks import number_of
from biomechgpt.settings.generation_tasks_section import (
    ConditionSettings,
    GenerationTaskSettings,
)

SECONDS = "seconds"  # stands in a condition beside the columns of `condition_on`
Side = Literal["train", "held_out"]
Condition = Mapping[
    str, str
]  # by column, as the cohort's tables write it; what is not known is absent


def prompt(
    task: GenerationTaskSettings,
    condition: Condition,
    side: Side = "train",
    random: np.random.Generator | None = None,
) -> str:
    """What asks for a movement of this `condition`; the first words for it, or with `random` any."""
    return _pick(getattr(task.phrasings, side), random).format(
        description=describe(task, condition, side, random)
    )


def describe(
    task: GenerationTaskSettings,
    condition: Condition,
    side: Side = "train",
    random: np.random.Generator | None = None,
) -> str:
    """The clauses of a condition in the order of `condition_on`, the seconds last."""
    clauses = [
        _pick(wordings(task, column, condition[column], side), random)
        for column in (*task.condition_on, SECONDS)
        if column in condition
    ]
    return ", ".join(clauses)


def wordings(task: GenerationTaskSettings, column: str, value: str, side: Side) -> list[str]:
    """The ways to say that `column` is `value`."""
    if column == SECONDS:
        texts = task.seconds.phrasings
    elif task.condition_on[column].phrasings is None:
        return getattr(task.condition_on[column].options[value], side)
    else:
        texts = task.condition_on[column].phrasings
    return [text.format(value=value) for text in getattr(texts, side)]


def every_text(task: GenerationTaskSettings) -> list[str]:
    """All training words of a task, for a language tokenizer that is to know them."""
    numbers = [c.phrasings for c in task.condition_on.values() if c.phrasings]
    options = [words for c in task.condition_on.values() for words in c.options.values()]
    said = [*options, *numbers, task.seconds.phrasings, task.phrasings, task.questions]
    return [text for texts in said for text in texts.train]


def canonical(condition: ConditionSettings, cell: str | None) -> str | None:
    """A cell of a table as a condition has it, a number with its decimals; None where it is none.

    Raises:
        ValueError: The cell is no option, or no number.
    """
    if cell is None:
        return None
    if condition.phrasings is None:
        if cell not in condition.options:
            raise ValueError(f"{cell!r} is none of its options: {', '.join(condition.options)}")
        return cell
    number = number_of(cell)
    if np.isnan(number):
        raise ValueError(f"{cell!r} is no number")
    return f"{number:z.{condition.decimals}f}"


def seconds_text(task: GenerationTaskSettings, seconds: float) -> str:
    """A duration in s as prompts write it."""
    return f"{seconds:.{task.seconds.decimals}f}"


def _pick(texts: Sequence[str], random: np.random.Generator | None) -> str:
    return texts[0] if random is None else texts[int(random.integers(len(texts)))]
