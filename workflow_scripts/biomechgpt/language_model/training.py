"""Train a model on examples with the Hugging Face Trainer: exact resume, progress, no evaluation.

Nothing here evaluates: a forward pass in eval mode would repack 4-bit weights on some CPUs and
silently spoil every later gradient (`loading.assert_unpacked`).
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from transformers import PrinterCallback, Trainer, TrainingArguments

from biomechgpt.checkpoints import open_checkpoints
from biomechgpt.language_model.batches import Collator, losses, total_weight
from biomechgpt.language_model.examples import Example
from biomechgpt.language_model.loading import device
from biomechgpt.language_model.progress import COMPLETE, METRICS_FILE, Progress, StepGuard

BATCHES_SORTED_TOGETHER = 16


class Settings(NamedTuple):
    """How to train; `epochs` and `batch_size` count examples (one question each)."""

    learning_rate: float
    epochs: float
    batch_size: int
    seed: int
    warmup_fraction: float = 0.03
    weight_decay: float = 0.0
    gradient_clip: float = 1.0
    accumulation_steps: int = 1
    answer_weight: float = 1.0
    checkpoint_every_steps: int = 200
    log_every_steps: int = 20


class WeightedTrainer(Trainer):
    """Loss = weighted cross-entropy over all targets of an optimiser step / sum of their weights.

    The sums run over every accumulation step, so that how a batch is divided changes nothing.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_is_scaled_for_ga = True
        self.parts = torch.zeros(4)

    def get_batch_samples(self, epoch_iterator, num_batches, device):
        """The batches of one optimiser step and the sum of their weights."""
        taken = [batch for _, batch in zip(range(num_batches), epoch_iterator, strict=False)]
        return taken, total_weight(taken).to(device) if taken else None

    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        """This batch's share of the loss of its optimiser step; FloatingPointError if not finite."""
        outputs = model(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
        )
        batch_losses = losses(outputs.logits, inputs)
        loss = batch_losses.weighted_sum / num_items_in_batch
        if not torch.isfinite(loss):
            raise FloatingPointError(
                f"The loss is {loss.item()} at step {self.state.global_step + 1}."
            )
        self.parts += batch_losses.parts.cpu()
        return (loss, outputs) if return_outputs else loss

    def log(self, logs, start_time=None):
        """Add the loss of answers and of the rest, in nats a token, since the last line."""
        answer_sum, answer_count, other_sum, other_count = self.parts.tolist()
        logs["other_loss"] = other_sum / max(other_count, 1)
        if answer_count:
            logs["answer_loss"] = answer_sum / answer_count
        self.parts.zero_()
        super().log(logs, start_time)


def grouped_order(lengths: Sequence[int], epochs: float, batch_size: int, seed: int) -> np.ndarray:
    """Indices of the examples in the order of training, so that batches hold similar lengths.

    Each pass is shuffled; of every 16 batches in a row the examples are sorted by length and the
    batches shuffled. The whole order is fixed beforehand, so that resuming needs no sampler state.
    """
    random = np.random.default_rng(seed)
    passes = [random.permutation(len(lengths)) for _ in range(int(np.ceil(epochs)))]
    order = np.concatenate(passes)[: max(1, round(epochs * len(lengths)))]
    chunk = batch_size * BATCHES_SORTED_TOGETHER
    batches = []
    for start in range(0, len(order), chunk):
        part = order[start : start + chunk]
        part = part[np.argsort(np.asarray(lengths)[part], kind="stable")]
        cut = [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
        random.shuffle(whole := [batch for batch in cut if len(batch) == batch_size])
        batches += whole + [batch for batch in cut if len(batch) < batch_size]
    return np.concatenate(batches)


def train(
    model: torch.nn.Module,
    examples: Sequence[Example],
    pad_id: int,
    settings: Settings,
    checkpoints: Path,
    mark: str,
) -> Path:
    """Train `model` in place; return the JSON-lines file of its metrics, inside `checkpoints`.

    `checkpoints` is emptied unless a run of the same fingerprint `mark` left it; then training goes
    on from its last whole checkpoint, bit by bit as if it had never stopped (on a CPU).
    FloatingPointError if a loss or gradient is not finite.
    """
    checkpoints = open_checkpoints(checkpoints, mark)
    resume_from = last_whole_checkpoint(checkpoints)
    order = grouped_order(
        [len(example.input_ids) for example in examples],
        settings.epochs, settings.batch_size, settings.seed,
    )  # fmt: skip
    trainer = WeightedTrainer(
        model=model,
        args=_arguments(settings, len(order), checkpoints),
        train_dataset=[examples[i]._asdict() for i in order],
        data_collator=Collator(pad_id, settings.answer_weight),
        callbacks=[Progress(checkpoints / METRICS_FILE), StepGuard()],
    )
    trainer.remove_callback(PrinterCallback)  # `Progress` writes the lines
    trainer.train(resume_from_checkpoint=str(resume_from) if resume_from else None)
    return checkpoints / METRICS_FILE


def last_whole_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end; the others are removed."""
    for checkpoint in folder.glob("checkpoint-*"):
        if not (checkpoint / COMPLETE).exists():
            shutil.rmtree(checkpoint)
    whole = sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    return whole[-1] if whole else None


def _arguments(settings: Settings, n_examples: int, folder: Path) -> TrainingArguments:
    steps = -(-n_examples // settings.batch_size)
    on_cpu = device().type == "cpu"
    return TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=1,  # the order already holds every pass
        train_sampling_strategy="sequential",
        per_device_train_batch_size=settings.batch_size // settings.accumulation_steps,
        gradient_accumulation_steps=settings.accumulation_steps,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=round(settings.warmup_fraction * steps),
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
