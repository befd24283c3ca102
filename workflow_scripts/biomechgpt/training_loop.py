"""The loop of every training: exact resume, SIGTERM, progress, and no step on numbers that are not finite."""

import logging
import math
import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from biomechgpt import seals
from biomechgpt.checkpoints import by_step, checkpoint_path, last_whole_checkpoint
from biomechgpt.files import replacing
from biomechgpt.job import PROGRESS

log = logging.getLogger(__name__)
progress_log = logging.getLogger(PROGRESS)
STATE = "state.pt"  # the file in a checkpoint
CHECKPOINTS_KEPT = 2  # should the newest be damaged, the one before is there


class Clock:
    """Seconds and processor seconds of a training, those before an interruption among them."""

    def __init__(self, before: dict[str, float]):
        self.wall_s = before["seconds"] - time.monotonic()
        self.cpu_s = before["cpu_seconds"] - time.process_time()

    def read(self) -> dict[str, float]:
        """`seconds` and `cpu_seconds` until now."""
        wall_s, cpu_s = self.wall_s + time.monotonic(), self.cpu_s + time.process_time()
        return {"seconds": round(wall_s, 3), "cpu_seconds": round(cpu_s, 3)}


class Training(ABC):
    """A training that can be stopped after any step and resumed: on a CPU bit by bit.

    A subclass says what a step learns from, with which learning rate, and what is measured between
    steps. `checkpoints` is an open checkpoint folder (`checkpoints.open_checkpoints`).
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        checkpoints: Path,
        checkpoint_every: int,
        gradient_clip: float = math.inf,
    ):
        self.optimizer, self.gradient_clip = optimizer, gradient_clip
        self.checkpoints, self.checkpoint_every = checkpoints, checkpoint_every
        self.parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self.step = 0  # optimiser steps done
        self.gradient_norm = torch.zeros(())  # of the last step, before it was clipped
        self.time_before = {"seconds": 0.0, "cpu_seconds": 0.0}
        self.sigterm_received = False

    @abstractmethod
    def last_step(self) -> int:
        """The step after which training ends, as far as is known now."""

    @abstractmethod
    def learning_rate(self) -> float:
        """The learning rate of the next step."""

    @abstractmethod
    def backward(self) -> Tensor:
        """Forward and backward pass of the next step; its loss."""

    @abstractmethod
    def describe_step(self) -> str:
        """What the next step learns from and what helps if its numbers are not finite."""

    @abstractmethod
    def after_step(self) -> None:
        """Follow the weights, measure and report; called after each step."""

    @abstractmethod
    def state_dict(self) -> dict:
        """Everything that steps change, besides the optimizer and the global random numbers."""

    @abstractmethod
    def load_state_dict(self, state: dict) -> None:
        """Take up what `state_dict` returned."""

    def resume(self) -> None:
        """Go on from the newest whole checkpoint, if there is one."""
        checkpoint = last_whole_checkpoint(self.checkpoints)
        if checkpoint is None:
            return
        state = torch.load(checkpoint / STATE, weights_only=True)
        self.step, self.time_before = state["step"], state["time"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.load_state_dict(state["training"])
        torch.set_rng_state(state["cpu_random"])
        torch.cuda.set_rng_state_all(state["cuda_random"])
        log.info("resuming after step %d", self.step)

    def run(self) -> None:
        """Train to the end.

        Raises:
            FloatingPointError: If a loss or a gradient is not finite.
            SystemExit: After SIGTERM, once a checkpoint is written.
        """
        self.clock = Clock(self.time_before)
        with self._noting_sigterm():
            while self.step < self.last_step():
                self._take_step()
                self.after_step()
                finished = self.step >= self.last_step()
                if finished or self.sigterm_received or self.step % self.checkpoint_every == 0:
                    self._save()
                if self.sigterm_received and not finished:
                    raise SystemExit(
                        f"Stopped by SIGTERM after step {self.step} of {self.last_step()}; its "
                        "checkpoint is written. Run again and it goes on from there."
                    )

    def log_progress(self, message: str) -> None:
        """Log how far training is and how long the rest will take."""
        last = self.last_step()
        left_s = self.clock.read()["seconds"] / self.step * (last - self.step)
        progress_log.info(
            f"step {self.step} of {last}: {message}, {left_s:.0f} s left",
            extra={"share": self.step / last},
        )

    def _take_step(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate() * group.get("share_of_rate", 1.0)
        self._check_finite("loss", self.backward())
        self.gradient_norm = clip_grad_norm_(self.parameters, self.gradient_clip)
        self._check_finite("gradient", self.gradient_norm)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1

    def _check_finite(self, name: str, value: Tensor) -> None:
        if not torch.isfinite(value):
            raise FloatingPointError(
                f"The {name} is not finite at step {self.step + 1}, {self.describe_step()}"
            )

    @contextmanager
    def _noting_sigterm(self) -> Iterator[None]:
        """Until its end SIGTERM (a cluster's time limit, scancel) is noted and does not kill."""

        def note(number: int, frame: object) -> None:
            self.sigterm_received = True

        before = signal.signal(signal.SIGTERM, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _save(self) -> None:
        state = {
            "step": self.step,
            "time": self.clock.read(),
            "optimizer": self.optimizer.state_dict(),
            "training": self.state_dict(),
            "cpu_random": torch.get_rng_state(),
            "cuda_random": torch.cuda.get_rng_state_all(),
        }
        with replacing(checkpoint_path(self.checkpoints, self.step)) as temporary:
            temporary.mkdir()
            torch.save(state, temporary / STATE)
            seals.seal(temporary)
        for old in by_step(self.checkpoints)[:-CHECKPOINTS_KEPT]:
            shutil.rmtree(old)
