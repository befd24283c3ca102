"""Examples of a generation task: a prompt and the movement after it, and a movement and its description."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.augmentation import exchange_sides
from biomechgpt.language_model.description import GenerationLimits
from biomechgpt.language_model.examples import Example, encode_example, encode_generation
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.motion_reading import Views
from biomechgpt.questions.condition_table import class_combinations, number_ranges
from biomechgpt.questions.descriptions import SECONDS, describe, prompt, seconds_text
from biomechgpt.settings.generation_tasks_section import GenerationTaskSettings
from biomechgpt.settings.variant_run import VariantRun
from biomechgpt.tokenizer.joint_speeds import fastest_decoded
from biomechgpt.tokenizer.storage import StoredTokenizer
from biomechgpt.tokenizer.tokens import TokensMetadata, TokenTable


class Window(NamedTuple):
    """A part of a movement, of whole steps, and what it is like."""

    trial_id: str
    codes: np.ndarray  # (n,) uint16
    condition: dict[str, str]  # with its seconds
    mirrored: bool  # its words for sides are exchanged


def training_conditions(path: Path) -> pd.DataFrame:
    """The conditions of the training trials (docs/contracts.md).

    Raises:
        InputError: There are none.
    """
    conditions = pd.read_parquet(path)
    conditions = conditions[conditions["split"] == "train"].reset_index(drop=True)
    if conditions.empty:
        raise InputError(
            f"{path}: no training trial to learn movements from; look at applies_to of the generation "
            "task, and at the labels that it names."
        )
    return conditions


def generation_limits(
    run: VariantRun, conditions: pd.DataFrame, tokenizer: StoredTokenizer, table: TokenTable
) -> GenerationLimits:
    """What movements a model may be asked for: those of its training trials."""
    trials = set(conditions["trial_id"])
    tokens = [t for name, t in zip(table.trial_ids, table.tokens, strict=True) if name in trials]
    return GenerationLimits(
        numbers=number_ranges(conditions, run.generation),
        classes=class_combinations(conditions, run.generation),
        joint_speeds_rad_s=fastest_decoded(tokenizer, tokens).tolist(),
        participants=conditions["participant_id"].nunique(),
        trials=len(conditions),
    )


def generation_examples(
    tokenizer: PreTrainedTokenizerFast,
    conditions: pd.DataFrame,
    motions: Mapping[str, Views],
    metadata: TokensMetadata,
    run: VariantRun,
    random: np.random.Generator,
) -> list[Example]:
    """One epoch: each trial of `conditions` `copies` times after a prompt, and once described.

    Each is a part of the trial of as many seconds as the task says, drawn anew. No code is replaced at
    random, since these would be learnt as movements.
    """
    task, cfg = run.generation, run.finetune
    table = pd.concat([conditions] * max(1, round(task.copies)), ignore_index=True)
    asked_for = [
        _generation(tokenizer, window, task, cfg.max_length, random)
        for window in _windows(table, motions, metadata, run, random)
    ]
    described = [
        _description(tokenizer, window, task, cfg.max_length, random)
        for window in _windows(conditions, motions, metadata, run, random)
    ]
    return asked_for + described


def steps_between(task: GenerationTaskSettings, metadata: TokensMetadata) -> tuple[int, int]:
    """The least and the most steps that movements of a task have."""
    step_s = metadata.downsampling / metadata.frame_rate_hz
    least = max(1, round(task.seconds.least / step_s))
    return least, max(least, round(task.seconds.most / step_s))


def _windows(
    table: pd.DataFrame,
    motions: Mapping[str, Views],
    metadata: TokensMetadata,
    run: VariantRun,
    random: np.random.Generator,
) -> Iterator[Window]:
    """A random part of each trial, all of it where it is shorter than the task's least seconds."""
    task, width = run.generation, metadata.tokens_per_step
    least, most = steps_between(task, metadata)
    for row in table.to_dict("records"):
        views = motions[row["trial_id"]]
        mirrored = run.finetune.mirror and random.random() < 0.5
        codes = (views.mirrored if mirrored else views.recorded).codes
        n_steps = min(int(random.integers(least, most + 1)), len(codes) // width)
        start = int(random.integers(0, len(codes) // width - n_steps + 1))
        seconds = n_steps * metadata.downsampling / metadata.frame_rate_hz
        condition = {c: row[c] for c in task.condition_on if isinstance(row[c], str)}
        yield Window(
            row["trial_id"],
            codes[start * width : (start + n_steps) * width],
            condition | {SECONDS: seconds_text(task, seconds)},
            mirrored,
        )


def _generation(
    tokenizer: PreTrainedTokenizerFast,
    window: Window,
    task: GenerationTaskSettings,
    max_length: int,
    random: np.random.Generator,
) -> Example:
    said = {c: v for c, v in window.condition.items() if random.random() >= task.omitted}
    text = prompt(task, said, random=random) if random.random() >= task.emptied else ""
    text = exchange_sides(text) if window.mirrored else text
    example = encode_generation(tokenizer, text, window.codes, task.weight, max_length)
    return example._replace(trial_id=window.trial_id)


def _description(
    tokenizer: PreTrainedTokenizerFast,
    window: Window,
    task: GenerationTaskSettings,
    max_length: int,
    random: np.random.Generator,
) -> Example:
    question = task.questions.train[int(random.integers(len(task.questions.train)))]
    pair = (question, describe(task, window.condition))
    pair = tuple(map(exchange_sides, pair)) if window.mirrored else pair
    example = encode_example(tokenizer, MotionInput(window.codes), [pair], max_length)
    return example._replace(trial_id=window.trial_id)
