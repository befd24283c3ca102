"""The tasks of the config with their phrasings, and what an answer looks like."""

import math
import os
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from biomechgpt.errors import InputError
from biomechgpt.settings.question_settings import Questions, QuestionSettings
from biomechgpt.yaml_files import read_yaml

PLACEHOLDERS = {"classification": {"options"}, "regression": {"unit"}}


class Phrasing(NamedTuple):
    """One way to ask; `id` is stable, so that an edited text keeps it."""

    id: str
    text: str


class Task(NamedTuple):
    """A task of the config and the phrasings of its question."""

    name: str
    settings: QuestionSettings
    train: tuple[Phrasing, ...]
    held_out: tuple[Phrasing, ...]


def read_tasks(tasks: Questions, phrasing_files: Mapping[str, str | os.PathLike]) -> list[Task]:
    """`tasks` with their phrasings, whose placeholders are filled in.

    `phrasing_files` names a YAML file for each task, with `train` and `held_out`, each a mapping of id
    to text. `{options}` in a text becomes the options (`a, b or c`), `{unit}` the unit.

    Raises:
        InputError: A phrasing file holds anything else; it names the file and the id.
    """
    return [
        Task(name, task, **_read_phrasings(phrasing_files[name], task))
        for name, task in tasks.items()
    ]


def answer_text(task: QuestionSettings, value: str | float) -> str:
    """The answer that the model learns: the option verbatim, or the number without its unit.

    A number has exactly `task.decimals` decimals; its unit stands in the question and in the report,
    so that every token of the answer carries information.
    """
    if task.kind == "classification":
        return str(value)
    return f"{float(value):z.{task.decimals}f}"


def only_if(task: QuestionSettings) -> str:
    """For whom the answer to a task is meaningful; empty for everybody."""
    conditions = (task.applies_to or {}).items()
    return " and ".join(f"{column} is {' or '.join(values)}" for column, values in conditions)


def options_of(task: QuestionSettings) -> list[str]:
    """The options of a classification task; none of a regression.

    A preset that turns a task into a regression leaves the options of config.yaml in its entry.
    """
    return list(task.options) if task.kind == "classification" else []


def number_of(text: str) -> float:
    """The finite number that `text` writes, NaN where it writes none."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    # Python also reads 1_5, a slip of the keyboard, as 15.
    return number if math.isfinite(number) and "_" not in text else math.nan


def listed(options: Sequence[str]) -> str:
    """`a, b or c`, as a sentence lists it."""
    return " or ".join(filter(None, (", ".join(options[:-1]), *options[-1:])))


def _read_phrasings(
    path: str | os.PathLike, task: QuestionSettings
) -> dict[str, tuple[Phrasing, ...]]:
    """`train` and `held_out` of a phrasing file, placeholders filled, ids and texts unique."""
    values = {"options": listed(options_of(task)), "unit": task.unit}
    content = read_yaml(path)
    if not isinstance(content, dict) or set(content) != {"train", "held_out"}:
        raise InputError(f"{path} must hold exactly two keys, train and held_out.")
    sides = {side: _side(path, side, content[side], task.kind, values) for side in content}
    phrasings = [phrasing for side in sides.values() for phrasing in side]
    for field in Phrasing._fields:
        counts = Counter(getattr(phrasing, field) for phrasing in phrasings)
        for twice in (value for value, count in counts.items() if count > 1):
            raise InputError(f"{path}: the {field} {twice!r} stands twice; each may stand once.")
    return sides


def _side(
    path: str | os.PathLike, side: str, entries: object, kind: str, values: dict[str, str]
) -> tuple[Phrasing, ...]:
    if not isinstance(entries, dict) or not entries:
        raise InputError(f"{path}: {side} must map one or more ids to texts.")
    return tuple(
        Phrasing(str(identifier), _filled(f"{path}: {side}.{identifier}", text, kind, values))
        for identifier, text in entries.items()
    )


def _filled(where: str, text: object, kind: str, values: dict[str, str]) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InputError(f"{where} must be text; quote it where YAML reads it as something else.")
    try:
        used = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
    except ValueError as error:
        raise InputError(f"{where}: {error}; double a brace that is meant as one.") from None
    allowed = PLACEHOLDERS[kind]
    for field in sorted(used - allowed):
        raise InputError(
            f"{where} holds {{{field}}}; a {kind} task knows {{{', '.join(allowed)}}} only."
        )
    return text.format(**values).strip()
