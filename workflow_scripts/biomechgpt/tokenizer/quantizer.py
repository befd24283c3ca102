"""Vector quantisation with codebooks that follow the latents by a moving average, in residual levels.

Written from the description in T2M-GPT (arXiv 2301.06052, section 3.1) and van den Oord 2017, with
two corrections: the moving averages are buffers, so that a resumed run equals an uninterrupted
one, and a code counts as dead relative to the mean use, so that the rule does not depend on batch
size. Residual levels are those of RVQ (Zeghidour 2021, arXiv 2107.03312).
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from biomechgpt.settings.tokenizers_section import TokenizerSettings

K_MEANS_ROUNDS = 8
BEAM = 4  # sums of codes that are kept from level to level when a movement is encoded


class Quantized(NamedTuple):
    """Latents replaced by their nearest codes."""

    latents: Tensor  # (B, D, L), gradient passes straight through to the input
    codes: Tensor  # (B, L, levels) int64
    commitment: Tensor  # scalar: mean squared distance of the latents to their codes


class Codebook(nn.Module):
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

    def forward(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """Rows (N, D) -> vectors (N, D) and numbers (N,) of their codes; training updates the codebook."""
        if self.training and not self.initialised:
            self._start(self._draw(flat, len(self.codebook)))
        codes = self.nearest(flat)
        if self.training:
            self._update_ema(flat, codes)
        return functional.embedding(codes, self.codebook), codes

    def nearest(self, flat: Tensor) -> Tensor:
        """The index of the nearest code (Euclidean) of each row of (N, D)."""
        # |x|^2 is the same for every code and is left out.
        distance = self.codebook.square().sum(1) - 2 * flat @ self.codebook.T  # (N, K)
        return distance.argmin(1)

    def start_from(self, flat: Tensor) -> None:
        """Codes at the means of clusters of (N, D), by a few rounds of k-means from random rows."""
        self._start(self._draw(flat, len(self.codebook)))
        for _ in range(K_MEANS_ROUNDS):
            total, count = self._sums(flat, self.nearest(flat))
            self.codebook.copy_(total / count.clamp_min(1)[:, None])
            self.codebook[count == 0] = self._draw(flat, int((count == 0).sum()))
        self._start(self.codebook.clone())

    def _start(self, codes: Tensor) -> None:
        self.codebook.copy_(codes)
        self.code_sum.copy_(codes)
        self.code_count.fill_(1.0)
        self.initialised.fill_(True)

    def _draw(self, flat: Tensor, n: int) -> Tensor:
        """`n` rows at random, slightly moved so that no two codes are equal."""
        rows = flat[torch.randint(len(flat), (n,), device=flat.device)]
        return rows + 0.01 * flat.std() * torch.randn_like(rows)

    def _sums(self, flat: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        count = torch.bincount(codes, minlength=len(self.codebook)).to(flat.dtype)
        return torch.zeros_like(self.code_sum).index_add_(0, codes, flat), count

    def _update_ema(self, flat: Tensor, codes: Tensor) -> None:
        total, count = self._sums(flat, codes)
        self.code_count.lerp_(count, 1 - self.decay)
        self.code_sum.lerp_(total, 1 - self.decay)
        dead = self.code_count < self.reset_below * self.code_count.mean()
        n_dead = int(dead.sum())
        if n_dead:
            # As if the new code had been used as often as the average one: it gets time to be used.
            mean_count = self.code_count.mean()
            self.code_sum[dead] = self._draw(flat, n_dead) * mean_count
            self.code_count[dead] = mean_count
        self.codebook.copy_(self.code_sum / self.code_count.clamp_min(1e-8)[:, None])


class ResidualQuantizer(nn.Module):
    """Codebooks one behind the other: each quantises what those before it have left.

    `read_levels` is how many of them the language model reads. Where it reads fewer than there
    are, half of the training batches are decoded from these alone, so that they suffice by
    themselves.
    """

    def __init__(self, cfg: TokenizerSettings):
        super().__init__()
        self.read_levels = cfg.read_levels
        self.levels = nn.ModuleList(
            Codebook(cfg.codebook_size, cfg.code_dim, cfg.codebook_decay, cfg.reset_below)
            for _ in range(cfg.levels)
        )

    def forward(self, latents: Tensor) -> Quantized:
        """Quantise (B, D, L); in training mode the codebooks follow the latents."""
        flat = latents.detach().movedim(1, 2).flatten(0, 1)  # (B*L, D)
        greedy = self.training or self.read_levels == 1
        nearest, codes = self._greedy(flat) if greedy else self._search(flat)
        nearest = nearest.view(latents.shape[0], latents.shape[2], -1).movedim(2, 1)  # (B, D, L)
        commitment = functional.mse_loss(latents, nearest)
        straight_through = latents + (nearest - latents).detach()
        return Quantized(straight_through, codes.view(len(latents), -1, codes.shape[1]), commitment)

    def _greedy(self, rest: Tensor) -> tuple[Tensor, Tensor]:
        """Of each row (N, D) the sum of its codes (N, D) and the codes (N, levels), one by one."""
        nearest, codes = torch.zeros_like(rest), []
        for number in range(self._levels_in_use()):
            part, level_codes = self.levels[number](rest)
            nearest, rest = nearest + part, rest - part
            codes.append(level_codes)
        return nearest, torch.stack(codes, dim=1)

    def _search(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """As `_greedy`, but the last level decides which of the `BEAM` best beginnings was best."""
        sums, codes = torch.zeros_like(flat)[:, None], flat.new_zeros(len(flat), 1, 0, dtype=int)
        for level in self.levels[: self.read_levels]:
            rest = flat[:, None] - sums  # (N, beam, D)
            distance = level.codebook.square().sum(1) - 2 * rest @ level.codebook.T
            distance = (distance + rest.square().sum(2, keepdim=True)).flatten(1)  # (N, beam * K)
            best = distance.topk(min(BEAM, distance.shape[1]), largest=False).indices  # (N, beam)
            before, last = best // len(level.codebook), best % len(level.codebook)
            sums = _rows(sums, before) + functional.embedding(last, level.codebook)
            codes = torch.cat([_rows(codes, before), last[..., None]], dim=2)
        return sums[:, 0], codes[:, 0]

    def _levels_in_use(self) -> int:
        if self.read_levels == len(self.levels):
            return self.read_levels
        only_read = not self.training or torch.rand(()) < 0.5
        return self.read_levels if only_read else len(self.levels)

    def vectors(self) -> Tensor:
        """The vectors of all codes that are read, level by level: (levels read * codes, D)."""
        return torch.cat([level.codebook for level in self.levels[: self.read_levels]])

    def start_from(self, flat: Tensor) -> None:
        """Start each level by k-means of what the levels before it leave of (N, D)."""
        for level in self.levels:
            level.start_from(flat)
            flat = flat - level.codebook[level.nearest(flat)]


def _rows(values: Tensor, rows: Tensor) -> Tensor:
    """Of values (N, beam, D) the `rows` (N, beam) of each n."""
    return values.gather(1, rows[..., None].expand(-1, -1, values.shape[2]))
