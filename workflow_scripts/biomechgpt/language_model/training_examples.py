"""What a model is trained on: the examples of every epoch, drawn anew each time."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.augmentation import (
    copies_per_task,
    exchange_sides,
    mixed,
    reworded_copies,
    with_noise,
    with_number_noise,
)
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.motion_reading import Views
from biomechgpt.questions.tasks import Task
from biomechgpt.settings.finetune_section import TrainingSettings
from biomechgpt.settings.variant_run import VariantRun

log = logging.getLogger(__name__)


def training_passes(
    tokenizer: PreTrainedTokenizerFast,
    questions: pd.DataFrame,
    tasks: Sequence[Task],
    motions: Mapping[str, Views],
    n_codes: int,
    run: VariantRun,
) -> list[list[Example]]:
    """The examples of every epoch begun: a motion with all its questions, or with each alone.

    Each epoch draws anew what `augmentation` does to them, as `run.finetune` says.

    Raises:
        InputError: The trial of a question has no tokens, or there are no questions.
    """
    absent = sorted(set(questions["trial_id"]) - set(motions))
    if absent or questions.empty:
        raise InputError(
            f"{len(questions)} training questions, {len(absent)} trials of them without tokens "
            f"{absent[:1]}: check tasks and labels, and tokenise this fold's motions again."
        )
    cfg, random = run.finetune, np.random.default_rng(run.seed)
    copies = copies_per_task(questions, cfg.most_copies)
    phrasings = {task.name: [p.text for p in task.train] for task in tasks}
    training_motions = [motions[trial].recorded for trial in questions["trial_id"].unique()]
    passes = []
    for _ in range(math.ceil(cfg.epochs)):
        rows = reworded_copies(questions, copies, phrasings if cfg.rephrase else None, random)
        if cfg.number_noise:
            rows = with_number_noise(rows.reset_index(drop=True), cfg.number_noise, random)
        passes.append(
            [
                _example(
                    tokenizer, trial, motions[trial], training_motions, pairs, n_codes, cfg, random
                )
                for trial, pairs in _sequences(rows, cfg.shared_motion)
            ]
        )
    cut = sum(example.motion.n_cut > 0 for example in passes[0])
    log.info(
        f"{len(questions)} questions on {questions['trial_id'].nunique()} trials in {len(passes[0])} "
        f"sequences, asked {copies} times; the motion of {cut} was cut to max_length "
        f"{cfg.max_length}"
    )
    return passes


def _sequences(
    questions: pd.DataFrame, shared_motion: bool
) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A trial, and the questions with answers of one sequence: all of the trial, or each alone."""
    groups = questions["trial_id"] if shared_motion else np.arange(len(questions))
    for _, group in questions.groupby(groups, sort=False):
        pairs = list(zip(group["question"], group["answer"], strict=True))
        yield group["trial_id"].iloc[0], pairs


def _example(
    tokenizer: PreTrainedTokenizerFast,
    trial: str,
    views: Views,
    others: Sequence[MotionInput],
    pairs: list[tuple[str, str]],
    n_codes: int,
    cfg: TrainingSettings,
    random: np.random.Generator,
) -> Example:
    """A motion, maybe mirrored, mixed and with random codes, with its pairs of question and answer."""
    motion = views.recorded
    if cfg.mirror and random.random() < 0.5:
        motion, pairs = views.mirrored, [tuple(map(exchange_sides, pair)) for pair in pairs]
    if motion.features is not None and cfg.feature_mixing:
        motion = mixed(motion, others[random.integers(len(others))], cfg.feature_mixing, random)
    motion = with_noise(motion, cfg, n_codes, random)
    return encode_example(tokenizer, motion, pairs, cfg.max_length)._replace(trial_id=trial)
