"""Finite scalar quantisation: a few numbers, each rounded to a few steps, instead of a codebook.

Written from the description of Mentzer et al. 2023 (arXiv 2309.15505).
"""

import math

import torch
from torch import Tensor, nn

from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.quantizer import Quantized


class ScalarQuantizer(nn.Module):
    """Latents projected to one number a step count in `scalar_steps`, bounded and rounded.

    A code is the mixed-radix number of the steps, the first one varying fastest, so there are
    `math.prod(scalar_steps)` codes and no codebook to keep alive.
    """

    read_levels = 1

    def __init__(self, cfg: TokenizerSettings):
        super().__init__()
        steps = torch.tensor(cfg.scalar_steps)
        radix = torch.tensor([math.prod(cfg.scalar_steps[:i]) for i in range(len(steps))])
        self.register_buffer("steps", steps, persistent=False)
        self.register_buffer("radix", radix, persistent=False)
        self.project_in = nn.Linear(cfg.code_dim, len(steps))
        self.project_out = nn.Linear(len(steps), cfg.code_dim)

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise (B, D, L); the gradient passes straight through the rounding."""
        bounded = self._bounded(self.project_in(latents.movedim(1, 2)))  # (B, L, S)
        whole = bounded.round()
        codes = ((whole + self._middle()) * self.radix).sum(-1).long()  # (B, L)
        rounded = bounded + (whole - bounded).detach()
        out = self.project_out(self._scaled(rounded)).movedim(2, 1)
        return Quantized(out, codes[..., None], latents.new_zeros(()))

    def vectors(self) -> Tensor:
        """The latents that all codes stand for: (codes, D)."""
        codes = torch.arange(math.prod(self.steps.tolist()), device=self.radix.device)[:, None]
        whole = codes // self.radix % self.steps - self._middle()
        return self.project_out(self._scaled(whole.float()))

    def start_from(self, flat: Tensor) -> None:
        """There is no codebook to start."""

    def _middle(self) -> Tensor:
        return self.steps // 2

    def _bounded(self, z: Tensor) -> Tensor:
        """(..., S) within what rounds to `steps` values; an even number of them is shifted by half."""
        half = (self.steps - 1) * (1 - 1e-3) / 2
        offset = torch.where(self.steps % 2 == 0, 0.5, 0.0)
        return torch.tanh(z + torch.atanh(offset / half)) * half - offset

    def _scaled(self, whole: Tensor) -> Tensor:
        return whole / self._middle()
