"""Train a motion encoder to tell what kinematics measure: no label is seen."""

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from biomechgpt.checkpoints import fingerprint, open_checkpoints
from biomechgpt.motion_encoder.encoder_network import MotionEncoder, Padded, padded
from biomechgpt.motion_encoder.facts import FactScale, fit_scale, scaled
from biomechgpt.motion_encoder.signals import signal_of
from biomechgpt.motion_encoder.views import View
from biomechgpt.settings.motion_encoders_section import MotionEncoderSettings
from biomechgpt.tokenizer.statistics import Statistics
from biomechgpt.training_loop import Training

log = logging.getLogger(__name__)
BATCHES_SORTED_TOGETHER = 16
CHECKPOINT_EVERY = LOG_EVERY = 250  # steps
WARMUP_STEPS = 50
GRADIENT_CLIP = 1.0
WEIGHT_DECAY = 0.01
HUBER = 0.5  # spreads, where the error begins to count in proportion


class Movements(NamedTuple):
    """Signals (T, C) and the scaled facts (N, F) of as many movements; NaN where one is unknown."""

    signals: list[Tensor]
    facts: Tensor


def movements_of(
    views: Sequence[View], statistics: Statistics, scale: FactScale, frame_rate_hz: float
) -> Movements:
    """What the network sees of `views`, and what it has to tell."""
    signals = [signal_of(view.angles_rad, statistics, frame_rate_hz) for view in views]
    return Movements(
        signals, torch.from_numpy(np.stack([scaled(view.facts, scale) for view in views]))
    )


def train_encoder(
    views: Sequence[View],
    statistics: Statistics,
    frame_rate_hz: float,
    cfg: MotionEncoderSettings,
    checkpoints: Path,
    code: str,
) -> tuple[MotionEncoder, FactScale, list[dict]]:
    """Train on `views`; the network, the scale of its facts, and its losses by step.

    Goes on from the checkpoint in `checkpoints` where there is one of the same config, code and data.

    Raises:
        FloatingPointError: If a loss or a gradient is not finite.
    """
    scale = fit_scale([view.facts for view in views])
    movements = movements_of(views, statistics, scale, frame_rate_hz)
    mark = fingerprint(cfg.to_dict(), code, movements.facts.numpy(), movements.signals[0].numpy())
    folder = open_checkpoints(checkpoints, mark)
    torch.manual_seed(cfg.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = MotionEncoder(cfg, movements.signals[0].shape[1], len(scale.names)).to(device)
    training = EncoderTraining(model, movements, cfg, folder)
    training.resume()
    training.run()
    return model.eval().cpu(), scale, training.history


class EncoderTraining(Training):
    """The training of a motion encoder; the batches of all steps are drawn beforehand."""

    def __init__(
        self,
        model: MotionEncoder,
        movements: Movements,
        cfg: MotionEncoderSettings,
        checkpoints: Path,
    ):
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=WEIGHT_DECAY)
        super().__init__(optimizer, checkpoints, CHECKPOINT_EVERY, GRADIENT_CLIP)
        self.model, self.movements, self.cfg = model.train(), movements, cfg
        self.batches = plan_batches(list(map(len, movements.signals)), cfg)
        self.history: list[dict] = []
        self.loss_sum = 0.0  # of the steps since the last entry

    def last_step(self) -> int:
        return self.cfg.steps

    def learning_rate(self) -> float:
        warm = min(1.0, (self.step + 1) / WARMUP_STEPS)
        return (
            self.cfg.learning_rate
            * warm
            * 0.5
            * (1 + math.cos(math.pi * self.step / self.cfg.steps))
        )

    def backward(self) -> Tensor:
        rows, device = self.batches[self.step], self.model.facts.weight.device
        signals, real = padded([self.movements.signals[row] for row in rows], self.cfg.downsampling)
        noisy = signals + self.cfg.noise * torch.randn_like(signals)
        facts = self.movements.facts[rows].to(device)
        told = self.model.tell_facts(self.model(Padded(noisy.to(device), real.to(device))))
        known = torch.isfinite(facts)
        loss = F.smooth_l1_loss(told[known], facts[known], beta=HUBER)
        loss.backward()
        self.loss_sum += loss.item()
        return loss.detach()

    def describe_step(self) -> str:
        return "in training the motion encoder; lower its learning_rate"

    def after_step(self) -> None:
        if self.step % LOG_EVERY == 0:
            loss = self.loss_sum / LOG_EVERY
            self.history.append({"step": self.step, **self.clock.read(), "loss": loss})
            self.loss_sum = 0.0
            self.log_progress(f"loss {loss:.4f}")

    def state_dict(self) -> dict:
        return {
            "model": self.model.state_dict(),
            "history": self.history,
            "loss_sum": self.loss_sum,
        }

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        self.history, self.loss_sum = state["history"], state["loss_sum"]


def plan_batches(lengths: Sequence[int], cfg: MotionEncoderSettings) -> list[list[int]]:
    """The movements of every step: of some batches in a row those of similar length together."""
    random, batches = np.random.default_rng(cfg.seed), []
    while len(batches) < cfg.steps:
        order = random.permutation(len(lengths))
        for start in range(0, len(order), cfg.batch_size * BATCHES_SORTED_TOGETHER):
            chunk = order[start : start + cfg.batch_size * BATCHES_SORTED_TOGETHER]
            chunk = sorted(chunk.tolist(), key=lengths.__getitem__)
            parts = [chunk[at : at + cfg.batch_size] for at in range(0, len(chunk), cfg.batch_size)]
            batches += [parts[place] for place in random.permutation(len(parts))]
    return batches[: cfg.steps]
