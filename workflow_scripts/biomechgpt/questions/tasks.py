"""The tasks of the config with their phrasings, and what an answer looks like."""

import math
import os
import string
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from biomechgpt.errors import InputError
from biomechgpt.yaml_files import read_yaml

PLACEHOLDERS = {"classification": {"options"}, "regression": {"unit"}}


class Phrasing(NamedTuple):
    """One way to ask; `id` is stable, so that an edited text keeps it."""

    id: str
    text: str


class Task(NamedTuple):
    """One question type of the config: classification has options, regression unit and decimals."""

    name: str
    kind: str  # classification | regression
    label: str  # column of participants.tsv or trials.tsv
    applies_to: dict[str, tuple[str, ...]]  # column -> values that qualify, all must hold
    options: tuple[str, ...]
    ignore: tuple[str, ...]  # label values deliberately left out
    unit: str
    decimals: int
    train: tuple[Phrasing, ...]
    held_out: tuple[Phrasing, ...]


def read_tasks(cfg_tasks: dict, phrasing_files: dict[str, str | os.PathLike]) -> list[Task]:
    """The tasks of `cfg_tasks` (the config's `tasks`), phrasings read and filled in.

    `phrasing_files` names a YAML file per task with `train` and `held_out`, each a mapping of id to
    text. `{options}` in a text becomes the options (`a, b or c`), `{unit}` the unit. Raises
    `InputError` naming file and id for anything else.
    """
    return [_worded(task, phrasing_files[task.name]) for task in tasks_without_words(cfg_tasks)]


def answer_text(task: Task, value: str | float) -> str:
    """The answer as the model shall give it: the option verbatim, or the number without its unit.

    A number has exactly `task.decimals` decimals; the unit stands in the question or in the report,
    so that every token of a numeric answer carries information.
    """
    if task.kind == "classification":
        return str(value)
    return f"{float(value):z.{task.decimals}f}"


def only_if(cfg: Mapping) -> str:
    """For whom the answer to an entry of the config's `tasks` means something; empty for everybody."""
    conditions = (cfg.get("applies_to") or {}).items()
    return " and ".join(f"{column} is {' or '.join(values)}" for column, values in conditions)


def options_of(cfg: Mapping) -> list[str]:
    """The options of an entry of the config's `tasks`.

    A preset that turns a task into a regression still carries the options it lies over.
    """
    return list(cfg["options"]) if cfg["kind"] == "classification" else []


def number_of(text: str) -> float:
    """The finite number that `text` writes, NaN where it writes none."""
    try:
        number = float(text)
    except ValueError:
        return math.nan
    # Python also reads 1_5, a slip of the keyboard, as 15.
    return number if math.isfinite(number) and "_" not in text else math.nan


def tasks_without_words(cfg_tasks: dict) -> list[Task]:
    """The tasks of `cfg_tasks`, the config's `tasks`, without phrasings."""
    return [_task(name, cfg) for name, cfg in cfg_tasks.items()]


def _task(name: str, cfg: dict) -> Task:
    return Task(
        name=name,
        kind=cfg["kind"],
        label=cfg["label"],
        applies_to={key: tuple(values) for key, values in (cfg.get("applies_to") or {}).items()},
        options=tuple(options_of(cfg)),
        ignore=tuple(cfg.get("ignore", ())),
        unit=cfg["unit"] if cfg["kind"] == "regression" else "",
        decimals=cfg.get("decimals", 0),
        train=(),
        held_out=(),
    )


def _worded(task: Task, path: str | os.PathLike) -> Task:
    values = {"options": listed(task.options), "unit": task.unit}
    return task._replace(**_read_phrasings(path, task.kind, values))


def listed(options: tuple[str, ...]) -> str:
    """`a, b or c`, as a sentence lists it."""
    return " or ".join(filter(None, (", ".join(options[:-1]), *options[-1:])))


def _read_phrasings(
    path: str | os.PathLike, kind: str, values: dict[str, str]
) -> dict[str, tuple[Phrasing, ...]]:
    """`train` and `held_out` of a phrasing file, placeholders filled, ids unique in the file."""
    content = read_yaml(path)
    if not isinstance(content, dict) or set(content) != {"train", "held_out"}:
        raise InputError(f"{path} must hold exactly two keys, train and held_out.")
    sides = {side: _side(path, side, content[side], kind, values) for side in content}
    everything = [phrasing for side in sides.values() for phrasing in side]
    for what, found in (
        ("id", Counter(p.id for p in everything)),
        ("text", Counter(p.text for p in everything)),
    ):
        for twice in (entry for entry, count in found.items() if count > 1):
            raise InputError(f"{path}: the {what} {twice!r} stands twice; each may stand once.")
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
