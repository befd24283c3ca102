"""What a model is trained on: the examples of every epoch, drawn anew each time."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from transformers import PreTrainedTokenizerFast

from biomechgpt.errors import InputError
from biomechgpt.language_model.augmentation import (
    copies_per_answer,
    copies_per_task,
    exchange_sides,
    mixed,
    repeated_questions,
    reworded,
    with_noise,
    with_number_noise,
)
from biomechgpt.language_model.examples import Example, encode_example
from biomechgpt.language_model.motion_reading import Views
from biomechgpt.questions.tasks import Task
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
    times = copies_per_answer(questions, cfg.most_answer_copies) * questions["task"].map(copies)
    phrasings = {task.name: [p.text for p in task.train] for task in tasks}
    trials = questions["trial_id"].unique()
    passes = []
    for _ in range(math.ceil(cfg.epochs)):
        rows = repeated_questions(questions, times.to_numpy(), random)
        if cfg.rephrase:
            rows = reworded(rows, phrasings, random)
        if cfg.number_noise:
            rows = with_number_noise(rows.reset_index(drop=True), cfg.number_noise, random)
        views = motions
        if cfg.feature_mixing:
            views = _mixed_motions(motions, trials, cfg.feature_mixing, random)
        passes.append(
            [
                _example(tokenizer, trial, views[trial], pairs, n_codes, run, random)
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


def _mixed_motions(
    motions: Mapping[str, Views],
    trials: Sequence[str],
    concentration: float,
    random: np.random.Generator,
) -> dict[str, Views]:
    """Both views of each of `trials`, `mixed` with those of another of them, drawn at random."""
    partners = random.choice(trials, len(trials))
    return {
        trial: Views(
            *(
                mixed(own, other, concentration, random)
                for own, other in zip(motions[trial], motions[partner], strict=True)
            )
        )
        for trial, partner in zip(trials, partners, strict=True)
    }


def _example(
    tokenizer: PreTrainedTokenizerFast,
    trial: str,
    views: Views,
    pairs: list[tuple[str, str]],
    n_codes: int,
    run: VariantRun,
    random: np.random.Generator,
) -> Example:
    """A motion, maybe mirrored and with random codes, with its pairs of question and answer."""
    cfg, motion, body_is_withheld = run.finetune, views.recorded, False
    if motion.shows_video:
        draw, share = random.random(), run.video.modality_dropout
        body_is_withheld = share <= draw < 2 * share
        motion = motion.without_video() if draw < share else motion
    if cfg.mirror and not motion.shows_video and random.random() < 0.5:
        motion, pairs = views.mirrored, [tuple(map(exchange_sides, pair)) for pair in pairs]
    motion = with_noise(motion, cfg, n_codes, random)
    motion = motion.without_body() if body_is_withheld else motion
    return encode_example(tokenizer, motion, pairs, cfg.max_length)._replace(trial_id=trial)
