"""Train a language model on examples, in steps that are planned beforehand.

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
from torch import Tensor

from biomechgpt.checkpoints import open_checkpoints
from biomechgpt.errors import InputError
from biomechgpt.language_model.batches import Weights, collate, losses, total_weight
from biomechgpt.language_model.examples import Example
from biomechgpt.language_model.forward import cross_entropy, hidden_states
from biomechgpt.language_model.loading import assert_unpacked, device
from biomechgpt.language_model.steps import cut_by_questions, plan_steps, rate_share
from biomechgpt.language_model.training_metrics import MetricsWriter
from biomechgpt.training_loop import Training

log = logging.getLogger(__name__)
SOFT_TOKEN_MAKERS = ("projector.", "video_reader.")


class Settings(NamedTuple):
    """How to train; `epochs`, `batch_size` and `micro_batch_size` count questions."""

    learning_rate: float
    epochs: float
    batch_size: int
    seed: int
    micro_batch_size: int | None = None  # None: a batch at once
    warmup_fraction: float = 0.03
    projector_learning_rate: float = 1e-3
    weight_decay: float = 0.0
    gradient_clip: float = 1.0
    answer_weight: float = 1.0
    motion_weight: float = 1.0
    question_weight: float = 1.0
    motion_rows: Sequence[int] | None = None  # rows that compete with each other alone; None: all
    checkpoint_every_steps: int = 200
    log_every_steps: int = 20


def train(
    model: torch.nn.Module,
    passes: Sequence[Sequence[Example]],
    pad_id: int,
    settings: Settings,
    checkpoints: Path,
    mark: str,
) -> None:
    """Train `model` in place; its metrics lie in `checkpoints` (`training_metrics`).

    `passes` holds the examples of every epoch begun. `checkpoints` is emptied unless a run of the
    same fingerprint `mark` left it; then training goes on from its last whole checkpoint, bit by bit
    as if it had never stopped (on a CPU).

    Raises:
        FloatingPointError: If a loss or a gradient is not finite.
        InputError: If a step does not fit into the GPU's memory.
    """
    steps = plan_steps(passes, settings.epochs, settings.batch_size, settings.seed)
    torch.manual_seed(settings.seed)
    folder = open_checkpoints(checkpoints, mark)
    training = LanguageModelTraining(model, steps, pad_id, settings, folder)
    training.resume()
    training.estimate()
    training.run()


class LanguageModelTraining(Training):
    """Trains on `steps`, the examples of each optimiser step, in micro-batches.

    Loss = weighted cross-entropy over all targets of a step / sum of their weights, so that how a
    step is divided into micro-batches changes nothing.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        steps: list[list[Example]],
        pad_id: int,
        settings: Settings,
        checkpoints: Path,
    ):
        self.weights = {name: p for name, p in model.named_parameters() if p.requires_grad}
        optimizer = torch.optim.AdamW(self._groups(settings), weight_decay=settings.weight_decay)
        super().__init__(
            optimizer, checkpoints, settings.checkpoint_every_steps, settings.gradient_clip
        )
        self.model, self.steps = model.train(), steps
        self.pad_id, self.settings = pad_id, settings
        self._forget_losses()

    def _groups(self, settings: Settings) -> list[dict]:
        """The trained weights; those that make soft tokens begin at random and learn at their own rate."""
        groups: dict[bool, list] = {}
        for name, weight in self.weights.items():
            groups.setdefault(name.startswith(SOFT_TOKEN_MAKERS), []).append(weight)
        share = settings.projector_learning_rate / settings.learning_rate
        return [
            {"params": weights, "share_of_rate": share if makes_soft_tokens else 1.0}
            for makes_soft_tokens, weights in groups.items()
        ]

    def _forget_losses(self) -> None:
        """Begin a new line of metrics."""
        self.loss_sum = torch.zeros((), device=device())  # of the steps since the last line
        self.token_losses = torch.zeros(4, device=device())  # `batches.Losses.parts` of these

    def last_step(self) -> int:
        return len(self.steps)

    def learning_rate(self) -> float:
        share = rate_share(self.step, len(self.steps), self.settings.warmup_fraction)
        return self.settings.learning_rate * share

    def backward(self) -> Tensor:
        assert_unpacked(self.model)
        loss = self._backward(self.steps[self.step])
        self.loss_sum += loss
        return loss

    def _backward(self, examples: list[Example]) -> Tensor:
        batches = self._micro_batches(examples)
        weight = total_weight(batches)
        rows = self.settings.motion_rows
        rows = None if rows is None else torch.tensor(rows, device=device())
        nats = partial(cross_entropy, self.model, motion_rows=rows)
        step_losses = []
        for batch in batches:
            hidden = hidden_states(self.model, batch)
            batch_losses = losses(hidden, batch, nats)
            loss = batch_losses.weighted_sum / weight
            loss.backward()
            self.token_losses += batch_losses.parts
            step_losses.append(loss.detach())
        return torch.stack(step_losses).sum()

    def _micro_batches(self, examples: list[Example]) -> list[dict[str, Tensor]]:
        settings = self.settings
        weights = Weights(settings.answer_weight, settings.motion_weight, settings.question_weight)
        parts = cut_by_questions(examples, settings.micro_batch_size or settings.batch_size)
        batches = [collate(part, self.pad_id, weights) for part in parts]
        return [{name: t.to(device()) for name, t in batch.items()} for batch in batches]

    def describe_step(self) -> str:
        trials = ", ".join(example.trial_id for example in self.steps[self.step])
        return (
            f"on the trials {trials}. Lower the learning_rate; look at these recordings in the "
            "ingestion report."
        )

    def after_step(self) -> None:
        if self.step % self.settings.log_every_steps == 0 or self.step == len(self.steps):
            self._report()

    def _report(self) -> None:
        """Write the loss of a step, and of answers and of the rest in nats a token, since the last line."""
        answer_sum, n_answer, other_sum, n_other = self.token_losses.tolist()
        n_steps = (self.step - 1) % self.settings.log_every_steps + 1
        metrics = {
            "loss": self.loss_sum.item() / n_steps,
            "grad_norm": self.gradient_norm.item(),
            "learning_rate": self.optimizer.param_groups[0]["lr"],
            "other_loss": other_sum / max(n_other, 1),
        }
        if n_answer:
            metrics["answer_loss"] = answer_sum / n_answer
        self._forget_losses()
        self.metrics_writer.write(self.step, metrics, self.clock.read()["seconds"])
        answers = f"answers {metrics['answer_loss']:.3f}, " if n_answer else ""
        self.log_progress(
            f"loss {metrics['loss']:.3f}, {answers}rest {metrics['other_loss']:.3f} nats a token"
        )

    def state_dict(self) -> dict:
        weights = {name: weight.detach() for name, weight in self.weights.items()}
        return {"weights": weights, "loss_sum": self.loss_sum, "token_losses": self.token_losses}

    def load_state_dict(self, state: dict) -> None:
        self.loss_sum, self.token_losses = state["loss_sum"], state["token_losses"]
        for name, weight in self.weights.items():
            weight.data.copy_(state["weights"][name])

    def run(self) -> None:
        """As `Training.run`; write metrics besides."""
        with MetricsWriter(self.checkpoints, self.step) as self.metrics_writer:
            super().run()

    def estimate(self) -> None:
        """Log how long all steps will take and what memory they need, after two passes of the longest."""
        assert_unpacked(self.model)
        lengths = [sum(example.length() for example in step) for step in self.steps]
        longest = max(range(len(lengths)), key=lengths.__getitem__)
        self._rehearse(self.steps[longest])  # the first pass also loads kernels
        minutes = self._rehearse(self.steps[longest]) * sum(lengths) / lengths[longest] / 60
        log.info(
            f"{len(lengths)} steps of {np.mean(lengths):.0f} tokens on average, "
            f"{lengths[longest]} at most: about {minutes:.1f} min without interruptions, "
            f"{self._peak_bytes() / 1e9:.1f} GB of memory"
        )

    def _rehearse(self, examples: list[Example]) -> float:
        """Seconds of the forward and backward pass of a step, after which all is as before."""
        before = self.token_losses.clone()
        started_s = _finished_s()
        try:
            with torch.random.fork_rng():
                self._backward(examples)
        except torch.OutOfMemoryError as error:
            raise InputError(
                "The longest step does not fit into the GPU's memory: lower micro_batch_size, which "
                f"changes nothing else, or max_length. ({error})"
            ) from None
        spent_s = _finished_s() - started_s
        self.optimizer.zero_grad()
        self.token_losses = before
        return spent_s

    def _peak_bytes(self) -> int:
        """What the process has needed so far, and the two moments that Adam will add."""
        moments = sum(2 * p.nbytes for p in self.parameters)
        if torch.cuda.is_available():
            return torch.cuda.max_memory_allocated() + moments
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + moments


def _finished_s() -> float:
    """The time at which a GPU has done what was asked of it; a step returns long before."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.monotonic()
