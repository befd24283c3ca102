"""A temporal encoder: angles and their speeds -> a fixed number of soft tokens."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from biomechgpt.settings.motion_encoders_section import HEADS, MotionEncoderSettings

NO_WEIGHT = -1e9  # of a step that is padding, before the softmax
MIN_VARIANCE = 1e-6


class Padded(NamedTuple):
    """Movements of unequal length in one tensor."""

    signals: Tensor  # (B, T, C), T a multiple of the downsampling
    real: Tensor  # (B, S) bool, which steps hold movement


class EncoderBlock(nn.Module):
    """A dilated convolution over steps and a mixing of channels, added to its input."""

    def __init__(self, width: int, dilation: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.convolution = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mixing = nn.Linear(width, width)

    def forward(self, steps: Tensor, real: Tensor) -> Tensor:
        """(B, S, W) -> (B, S, W); padding enters as zeros, so that it changes no real step."""
        masked = self.norm(steps) * real[..., None]
        return steps + self.mixing(F.gelu(self.convolution(masked.mT).mT))


class AttentionPooling(nn.Module):
    """Learnt queries that each gather mean and spread of what they attend to, and the duration.

    Each has an output of its own: with a common one all would say nearly the same.
    """

    def __init__(self, n_queries: int, width: int):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(n_queries, width))
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        n_gathered = 2 * width + 1
        self.output = nn.Parameter(torch.randn(n_queries, n_gathered, width) / n_gathered**0.5)

    def forward(self, steps: Tensor, real: Tensor) -> Tensor:
        """(B, S, W) -> (B, K, W)."""
        queries, keys, values = (
            part.unflatten(-1, (HEADS, -1))
            for part in (self.queries, self.keys(steps), self.values(steps))
        )
        scores = torch.einsum("khd,bshd->bhks", queries, keys) / queries.shape[-1] ** 0.5
        shares = scores.masked_fill(~real[:, None, None], NO_WEIGHT).softmax(-1)
        mean = torch.einsum("bhks,bshd->bkhd", shares, values)
        square = torch.einsum("bhks,bshd->bkhd", shares, values.square())
        spread = (square - mean.square()).clamp(min=MIN_VARIANCE).sqrt()
        duration = real.sum(1).log()[:, None, None].expand(-1, len(self.queries), 1)
        gathered = torch.cat([mean.flatten(2), spread.flatten(2), duration], -1)
        return torch.einsum("bkg,kgw->bkw", gathered, self.output)


class MotionEncoder(nn.Module):
    """Soft tokens of a movement, and the facts that they tell.

    Convolutions over steps of `downsampling` frames, then attention pooling. Each soft token has
    mean 0 and spread 1.
    """

    def __init__(self, cfg: MotionEncoderSettings, n_channels: int, n_facts: int):
        super().__init__()
        self.stem = nn.Conv1d(n_channels, cfg.width, cfg.downsampling, stride=cfg.downsampling)
        self.blocks = nn.ModuleList(EncoderBlock(cfg.width, 2**i) for i in range(cfg.depth))
        self.norm = nn.LayerNorm(cfg.width)
        self.pooling = AttentionPooling(cfg.soft_tokens, cfg.width)
        self.soft_norm = nn.LayerNorm(cfg.width, elementwise_affine=False)
        self.facts = nn.Linear(cfg.soft_tokens * cfg.width, n_facts)

    def forward(self, padded: Padded) -> Tensor:
        """Soft tokens (B, K, W)."""
        steps = self.stem(padded.signals.mT).mT
        for block in self.blocks:
            steps = block(steps, padded.real)
        return self.soft_norm(self.pooling(self.norm(steps), padded.real))

    def tell_facts(self, soft_tokens: Tensor) -> Tensor:
        """Scaled facts (B, F) of soft tokens (B, K, W)."""
        return self.facts(soft_tokens.flatten(1))


def padded(signals: list[Tensor], downsampling: int) -> Padded:
    """Signals (T, C) in one tensor, each cut to whole steps; a shorter one gets a single step."""
    lengths = torch.tensor([max(1, len(signal) // downsampling) for signal in signals])
    n_steps = int(lengths.max())
    tensor = signals[0].new_zeros(len(signals), n_steps * downsampling, signals[0].shape[1])
    for row, signal, length in zip(tensor, signals, lengths.tolist(), strict=True):
        whole = signal[: length * downsampling]
        row[: len(whole)] = whole
    return Padded(tensor, torch.arange(n_steps) < lengths[:, None])
