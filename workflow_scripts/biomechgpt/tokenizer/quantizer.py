"""Vector quantisation with a codebook that follows the latents by a moving average.

Written from the description in T2M-GPT (arXiv 2301.06052, section 3.1) and van den Oord 2017, with
two corrections: the moving averages are buffers, so that a resumed run equals an uninterrupted
one, and a code counts as dead relative to the mean use, so that the rule does not depend on batch
size.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class Quantized(NamedTuple):
    """Latents replaced by their nearest codes."""

    latents: Tensor  # (B, D, L), gradient passes straight through to the input
    codes: Tensor  # (B, L) int64
    commitment: Tensor  # scalar: mean squared distance of the latents to their codes


class Quantizer(nn.Module):
    """A codebook of `codebook_size` codes with `code_dim` numbers each.

    `decay` is that of the moving average; a code used less than `reset_below` times the mean use
    is drawn anew from the batch.
    """

    def __init__(self, codebook_size: int, code_dim: int, decay: float, reset_below: float):
        super().__init__()
        self.decay, self.reset_below = decay, reset_below
        self.register_buffer("codebook", torch.zeros(codebook_size, code_dim))
        self.register_buffer("code_sum", torch.zeros(codebook_size, code_dim))
        self.register_buffer("code_count", torch.zeros(codebook_size))
        self.register_buffer("initialised", torch.tensor(False))

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise (B, D, L); in training mode the codebook follows the latents."""
        flat = latents.detach().movedim(1, 2).flatten(0, 1)  # (B*L, D)
        if self.training and not self.initialised:
            self._initialise(flat)
        codes = self.nearest(flat)
        if self.training:
            self._follow(flat, codes)
        nearest = functional.embedding(codes, self.codebook)
        nearest = nearest.view(latents.shape[0], latents.shape[2], -1).movedim(2, 1)  # (B, D, L)
        commitment = functional.mse_loss(latents, nearest)
        straight_through = latents + (nearest - latents).detach()
        return Quantized(straight_through, codes.view(len(latents), -1), commitment)

    def nearest(self, flat: Tensor) -> Tensor:
        """The index of the nearest code (Euclidean) of each row of (N, D)."""
        # |x|^2 is the same for every code and is left out.
        distance = self.codebook.square().sum(1) - 2 * flat @ self.codebook.T  # (N, K)
        return distance.argmin(1)

    def _initialise(self, flat: Tensor) -> None:
        self.codebook.copy_(self._draw(flat, len(self.codebook)))
        self.code_sum.copy_(self.codebook)
        self.code_count.fill_(1.0)
        self.initialised.fill_(True)

    def _draw(self, flat: Tensor, n: int) -> Tensor:
        """`n` latents of the batch at random, slightly moved so that no two codes are equal."""
        chosen = flat[torch.randint(len(flat), (n,), device=flat.device)]
        return chosen + 0.01 * flat.std() * torch.randn_like(chosen)

    def _follow(self, flat: Tensor, codes: Tensor) -> None:
        size = len(self.codebook)
        count = torch.bincount(codes, minlength=size).to(flat.dtype)
        total = torch.zeros_like(self.code_sum).index_add_(0, codes, flat)
        self.code_count.lerp_(count, 1 - self.decay)
        self.code_sum.lerp_(total, 1 - self.decay)
        dead = self.code_count < self.reset_below * self.code_count.mean()
        n_dead = int(dead.sum())
        if n_dead:
            # As if the new code had been used as often as the average one: it gets time to be found.
            mean_count = self.code_count.mean()
            self.code_sum[dead] = self._draw(flat, n_dead) * mean_count
            self.code_count[dead] = mean_count
        self.codebook.copy_(self.code_sum / self.code_count.clamp_min(1e-8)[:, None])
