"""The learning rate, and when a training has learnt what it can."""

import math
from dataclasses import dataclass

from biomechgpt.settings.tokenizers_section import TokenizerSettings

FINAL_RATE_SHARE = 0.05  # of the learning rate, at its end
WORTH_WAITING_FOR = 0.99  # of the validation error: a fall by less than 1 % is none


@dataclass
class Patience:
    """The best validation error so far, and since when training winds down for want of a better one."""

    best_error: float = math.inf
    best_step: int = 0
    cooling_from: int | None = None  # the step at which the learning rate began to fall

    def note(self, step: int, error: float, patience_steps: int) -> None:
        """Take up the validation error after `step`; begin to cool when it no longer falls."""
        if error < WORTH_WAITING_FOR * self.best_error:
            self.best_error, self.best_step = error, step
        waited = step - self.best_step >= patience_steps > 0
        if waited and self.cooling_from is None:
            self.cooling_from = step


def last_step(patience: Patience, cfg: TokenizerSettings) -> int:
    """The step after which training ends, as far as is known now."""
    if patience.cooling_from is None:
        return cfg.steps
    return min(cfg.steps, patience.cooling_from + cooling_steps(cfg))


def cooling_steps(cfg: TokenizerSettings) -> int:
    """For how long the learning rate falls once validation participants no longer improve."""
    return max(1, cfg.patience_steps // 2)


def rate_share(step: int, patience: Patience, cfg: TokenizerSettings) -> float:
    """Share of the learning rate for the step after `step` steps: a linear warm-up, then a cosine.

    The cosine spans all `steps`; with `patience_steps` it begins when validation participants no
    longer improve, at the latest so that it ends with `steps`.
    """
    length = cfg.steps
    warm = min(1.0, (step + 1) / max(1, cfg.warmup_steps))
    first = 0
    if cfg.patience_steps:
        length = cooling_steps(cfg)
        first = cfg.steps - length
        first = first if patience.cooling_from is None else min(first, patience.cooling_from)
    done = min(1.0, max(0.0, (step - first) / length))
    return warm * (FINAL_RATE_SHARE + (1 - FINAL_RATE_SHARE) * 0.5 * (1 + math.cos(math.pi * done)))
