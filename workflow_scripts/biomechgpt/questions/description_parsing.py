"""Read what somebody writes of a movement as conditions, or say what of it is not understood."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from biomechgpt.errors import InputError
from biomechgpt.questions.descriptions import SECONDS, canonical, seconds_text
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings

NUMBER = r"(\d+(?:\.\d+)?)"
# Words between clauses, which say nothing of the movement.
FILLERS = {
    *("a", "an", "and", "at", "for", "in", "is", "of", "on", "the", "to", "who", "whose", "with"),
    *("generate", "make", "me", "please", "show", "movement", "person", "somebody", "someone"),
}


class Wording(NamedTuple):
    """A way to say something, as a pattern; `value` is None where the pattern holds a number."""

    pattern: str
    column: str
    value: str | None


def parse_description(text: str, task: GenerationTaskSettings) -> dict[str, str]:
    """The condition that `text` says, in any order of clauses and any capitals; SECONDS may be in it.

    Raises:
        InputError: Words are left over, two clauses contradict each other, or nothing is said.
    """
    rest, condition = " ".join(text.lower().split()), {}
    for wording in sorted(_wordings(task), key=lambda wording: -len(wording.pattern)):
        while match := re.search(wording.pattern, rest):
            value = wording.value or _number(task, wording.column, match[1])
            if condition.setdefault(wording.column, value) != value:
                raise InputError(
                    f"{text!r} says of {wording.column} both {condition[wording.column]} and {value}; "
                    "leave one out."
                )
            rest = f"{rest[: match.start()]} ; {rest[match.end() :]}"
    lost = [word for word in re.findall(r"[^\s,;:.!?]+(?:\.\d+)?", rest) if word not in FILLERS]
    if lost or not condition:
        raise InputError(_not_understood(text, lost, condition, task))
    return {c: condition[c] for c in (*task.condition_on, SECONDS) if c in condition}


def _wordings(task: GenerationTaskSettings) -> Iterator[Wording]:
    for column, settings in task.condition_on.items():
        for value, words in settings.options.items():
            for text in (*words.train, *words.held_out):
                yield Wording(_pattern(text), column, value)
        if settings.phrasings is not None:
            for text in (*settings.phrasings.train, *settings.phrasings.held_out):
                yield Wording(_pattern(text), column, None)
    for text in (*task.seconds.phrasings.train, *task.seconds.phrasings.held_out):
        yield Wording(_pattern(text), SECONDS, None)


def _pattern(text: str) -> str:
    """`text` as whole words, with a number for {value}."""
    words = re.escape(text.lower()).replace(re.escape("{value}"), NUMBER)
    return rf"(?<![\w.]){words}(?!\w)"


def _number(task: GenerationTaskSettings, column: str, text: str) -> str:
    if column == SECONDS:
        return seconds_text(task, float(text))
    return canonical(task.condition_on[column], text)


def _not_understood(
    text: str, lost: list[str], condition: dict[str, str], task: GenerationTaskSettings
) -> str:
    said = ", ".join(f"{column} {value}" for column, value in condition.items()) or "nothing"
    examples = [
        *(texts.train[0] for c in task.condition_on.values() for texts in c.options.values()),
        *(c.phrasings.train[0] for c in task.condition_on.values() if c.phrasings),
        task.seconds.phrasings.train[0],
    ]
    known = "; ".join(example.replace("{value}", "...") for example in examples)
    words = f"not understood in {text!r}: {' '.join(lost)}" if lost else f"{text!r} says nothing"
    return f"{words}. Understood: {said}. The model learnt these words: {known}."
