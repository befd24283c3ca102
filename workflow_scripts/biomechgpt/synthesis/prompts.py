"""What a generator is asked for: conditions of training trials, in words."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from biomechgpt.questions.descriptions import SECONDS, canonical, prompt, seconds_text
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.generators_section import LanguageModelGenerator

LEAST_SHARE, MOST_SHARE = 0.2, 0.8  # of the way from one trial's numbers to another's


class Drawn(NamedTuple):
    """A condition, and the training trials that it is of, or lies between."""

    condition: dict[str, str]
    trial_ids: list[str]


def generation_prompts(
    conditions: pd.DataFrame,
    task: GenerationTaskSettings,
    generator: LanguageModelGenerator,
    steps: tuple[int, int],
    step_s: float,
    seed: int,
) -> pa.Table:
    """`generator.walks` prompts (docs/contracts.md), of the training trials in `conditions`.

    `steps` are the least and the most steps of the motion tokenizer, of `step_s` seconds each.
    """
    random = np.random.default_rng(seed)
    draw_condition = _mixed if generator.conditions == "mixed" else _copied
    rows = []
    for number in range(generator.walks):
        condition, trial_ids = draw_condition(conditions, task, random)
        n_steps = int(random.integers(steps[0], steps[1] + 1))
        said = condition | {SECONDS: seconds_text(task, n_steps * step_s)}
        text = prompt(task, said, generator.phrasings, random)
        rows.append((number, condition, text, n_steps, trial_ids))
    return _table(rows, list(task.condition_on))


def _table(rows: list[tuple], columns: list[str]) -> pa.Table:
    schema = pa.schema(
        [
            ("prompt_id", pa.int64()),
            ("condition", pa.struct([(column, pa.string()) for column in columns])),
            ("prompt", pa.string()),
            ("n_steps", pa.int64()),
            ("source_trial_ids", pa.list_(pa.string())),
        ]
    )
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def _copied(
    conditions: pd.DataFrame, task: GenerationTaskSettings, random: np.random.Generator
) -> Drawn:
    """The condition of one training trial."""
    row = conditions.iloc[int(random.integers(len(conditions)))]
    return Drawn(_known(row, task), [row["trial_id"]])


def _mixed(
    conditions: pd.DataFrame, task: GenerationTaskSettings, random: np.random.Generator
) -> Drawn:
    """The classes of one training trial, and numbers between its own and those of another like it."""
    row = conditions.iloc[int(random.integers(len(conditions)))]
    classes = [c for c, settings in task.condition_on.items() if settings.phrasings is None]
    alike = conditions[(conditions[classes].fillna("") == row[classes].fillna("")).all(axis=1)]
    other = alike.iloc[int(random.integers(len(alike)))]
    share = random.uniform(LEAST_SHARE, MOST_SHARE)
    condition, of_other = _known(row, task), _known(other, task)
    for column, settings in task.condition_on.items():
        if settings.phrasings is not None and column in condition and column in of_other:
            ends = float(condition[column]), float(of_other[column])
            number = (1 - share) * ends[0] + share * ends[1]
            condition[column] = canonical(settings, str(number))
    return Drawn(condition, list(dict.fromkeys([row["trial_id"], other["trial_id"]])))


def _known(row: Mapping[str, object], task: GenerationTaskSettings) -> dict[str, str]:
    return {column: row[column] for column in task.condition_on if isinstance(row[column], str)}
