"""Train a model on examples with the Hugging Face Trainer: exact resume, progress, no evaluation.

Nothing here evaluates: a forward pass in eval mode would repack 4-bit weights on some CPUs and
silently spoil every later gradient (`loading.assert_unpacked`).
"""

import logging
import resource
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

from biomechgpt.checkpoints import (
    last_whole_checkpoint,
    noting_sigterm,
    open_checkpoints,
    stopped,
)
from biomechgpt.errors import InputError
from biomechgpt.language_model.batches import Weights, collate, losses, total_weight
from biomechgpt.language_model.examples import Example
from biomechgpt.language_model.forward import cross_entropy, hidden_states
from biomechgpt.language_model.loading import assert_unpacked, device
from biomechgpt.language_model.progress import (
    NOT_FINITE_HELP,
    Progress,
    StepGuard,
    StopAtSigterm,
)
from biomechgpt.language_model.steps import cut_by_questions, plan_steps

log = logging.getLogger(__name__)


class Settings(NamedTuple):
    """How to train; `epochs`, `batch_size` and `micro_batch_size` count questions."""

    learning_rate: float
    epochs: float
    batch_size: int
    seed: int
    micro_batch_size: int | None = None  # None: a batch at once
    warmup_fraction: float = 0.03
    weight_decay: float = 0.0
    gradient_clip: float = 1.0
    answer_weight: float = 1.0
    motion_weight: float = 1.0
    checkpoint_every_steps: int = 200
    log_every_steps: int = 20


class StepTrainer(Trainer):
    """Trains on items that are whole optimiser steps: lists of micro-batches.

    Loss = weighted cross-entropy over all targets of a step / sum of their weights, so that how a
    step is divided into micro-batches changes nothing.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_is_scaled_for_ga = True
        self.parts = torch.zeros(4)

    def trial_ids(self, n_steps: int) -> list[str]:
        """The trials of the step after `n_steps` steps."""
        return [example.trial_id for example in self.train_dataset[n_steps]]

    def training_step(self, model, inputs, num_items_in_batch=None):
        """Forward and backward pass of every micro-batch; the loss of the step."""
        weight = total_weight(inputs["micro_batches"])
        step_losses = [
            super(StepTrainer, self).training_step(model, batch, weight)
            for batch in inputs["micro_batches"]
        ]
        return torch.stack(step_losses).sum()

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """This micro-batch's share of its step's loss; FloatingPointError if not finite."""
        hidden = hidden_states(model, inputs)
        batch_losses = losses(hidden, inputs, partial(cross_entropy, model))
        loss = batch_losses.weighted_sum / num_items_in_batch
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss.item()} at step {self.state.global_step + 1}, on the trials "
                f"{', '.join(self.trial_ids(self.state.global_step))}. {NOT_FINITE_HELP}"
            )
        self.parts += batch_losses.parts.cpu()
        return loss

    def rehearse(self, step: list[Example]) -> float:
        """Seconds of the forward and backward pass of a step, after which all is as before.

        InputError where a GPU's memory does not hold it.
        """
        started_s = time.monotonic()
        try:
            with torch.random.fork_rng():
                inputs = self._prepare_inputs(self.data_collator([step]))
                weight = total_weight(inputs["micro_batches"])
                for batch in inputs["micro_batches"]:
                    with self.compute_loss_context_manager():
                        self.compute_loss(self.model, batch, num_items_in_batch=weight).backward()
        except torch.OutOfMemoryError as error:
            raise InputError(
                f"The longest step does not fit into the GPU's memory: lower micro_batch_size, which "
                f"changes nothing else, or max_length. ({error})"
            ) from None
        self.model.zero_grad()
        self.parts.zero_()
        return time.monotonic() - started_s

    def log(self, logs, start_time=None):
        """Add the loss of answers and of the rest, in nats a token, since the last line."""
        answer_sum, answer_count, other_sum, other_count = self.parts.tolist()
        logs["other_loss"] = other_sum / max(other_count, 1)
        if answer_count:
            logs["answer_loss"] = answer_sum / answer_count
        self.parts.zero_()
        super().log(logs, start_time)


def train(
    model: torch.nn.Module,
    passes: Sequence[Sequence[Example]],
    pad_id: int,
    settings: Settings,
    checkpoints: Path,
    mark: str,
) -> Path:
    """Train `model` in place; return `checkpoints`, where its metrics lie (`progress`).

    `passes` holds the examples of every epoch begun. `checkpoints` is emptied unless a run of the
    same fingerprint `mark` left it; then training goes on from its last whole checkpoint, bit by bit
    as if it had never stopped (on a CPU). FloatingPointError if a loss or gradient is not finite.
    """
    checkpoints = open_checkpoints(checkpoints, mark)
    resume_from = last_whole_checkpoint(checkpoints)
    steps = plan_steps(passes, settings.epochs, settings.batch_size, settings.seed)
    trainer = StepTrainer(
        model=model,
        args=_arguments(settings, len(steps), checkpoints),
        train_dataset=steps,
        data_collator=lambda items: _micro_batches(items[0], pad_id, settings),
        callbacks=[Progress(checkpoints)],
    )
    trainer.add_callback(StepGuard(trainer.trial_ids))
    trainer.remove_callback(PrinterCallback)  # `Progress` writes the lines
    _estimate(trainer, steps)
    with noting_sigterm() as noted:
        trainer.add_callback(StopAtSigterm(noted))
        trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)
    if trainer.state.global_step < len(steps):
        raise stopped(trainer.state.global_step, len(steps))
    return checkpoints


def _estimate(trainer: StepTrainer, steps: list[list[Example]]) -> None:
    """Log how long all steps will take and what memory they need, after one pass of the longest."""
    assert_unpacked(trainer.model)
    lengths = [sum(example.length() for example in step) for step in steps]
    longest = max(range(len(steps)), key=lengths.__getitem__)
    trainer.rehearse(steps[longest])  # the first pass also loads kernels
    minutes = trainer.rehearse(steps[longest]) * sum(lengths) / lengths[longest] / 60
    log.info(
        f"{len(steps)} steps of {np.mean(lengths):.0f} tokens on average, {lengths[longest]} at most: "
        f"about {minutes:.1f} min without interruptions, {_peak_bytes(trainer) / 1e9:.1f} GB of memory"
    )


def _peak_bytes(trainer: StepTrainer) -> int:
    """What the process has needed so far, and the two moments that Adam will add."""
    moments = sum(2 * 4 * p.numel() for p in trainer.model.parameters() if p.requires_grad)
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() + moments
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + moments


def _micro_batches(step: list[Example], pad_id: int, settings: Settings) -> dict[str, list]:
    size = settings.micro_batch_size or settings.batch_size
    weights = Weights(settings.answer_weight, settings.motion_weight)
    parts = cut_by_questions(step, size)
    return {"micro_batches": [collate(part, pad_id, weights) for part in parts]}


def _arguments(settings: Settings, n_steps: int, folder: Path) -> TrainingArguments:
    on_cpu = device().type == "cpu"
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,  # the steps already hold every pass
        train_sampling_strategy="sequential",
        per_device_train_batch_size=1,  # an item is a whole step
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=round(settings.warmup_fraction * n_steps),
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.gradient_clip,
        optim="adamw_torch",
        seed=settings.seed,
        save_steps=settings.checkpoint_every_steps,
        save_total_limit=2,
        logging_steps=settings.log_every_steps,
        use_cpu=on_cpu,
        bf16=not on_cpu,
        eval_strategy="no",
        remove_unused_columns=False,
        report_to="none",
        disable_tqdm=True,
    )
