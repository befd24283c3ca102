"""Learnt queries that attend over the steps of a video, each a soft token of the language model."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from biomechgpt.language_model.batches import VideoBatch
from biomechgpt.language_model.soft_tokens import Projector
from biomechgpt.settings.video_section import HEADS

VIDEO_READER = "video_reader.safetensors"  # in a model folder
WIDTH, LAYERS, DROPOUT = 64, 2, 0.1
WAVES = 8  # of each of sine and cosine of the time
SLOWEST_S, FASTEST_S = 16.0, 0.25  # periods of the waves: a whole trial, a quarter of a step


class VideoLayer(nn.Module):
    """Queries look at each other, at the steps, and at themselves."""

    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.among, self.steps = (
            nn.MultiheadAttention(WIDTH, HEADS, DROPOUT, batch_first=True) for _ in range(2)
        )
        self.mixing = nn.Sequential(
            nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH)
        )

    def forward(self, queries: Tensor, steps: Tensor, is_padding: Tensor) -> Tensor:
        """Queries (B, K, W) that have seen steps (B, S, W)."""
        own = self.norms[0](queries)
        queries = queries + self.among(own, own, own, need_weights=False)[0]
        own = self.norms[1](queries)
        seen, _ = self.steps(own, steps, steps, key_padding_mask=is_padding, need_weights=False)
        queries = queries + seen
        return queries + self.mixing(self.norms[2](queries))


class VideoReader(nn.Module):
    """VideoBatch -> soft tokens (B, K, D).

    Each step enters with its change since the step before and its time in seconds. Of a trial without
    video the queries are learnt constants. The projection gives tokens the length that those of the
    body start with.
    """

    def __init__(self, n_tokens: int, n_features: int, width: int, root_mean_square: float):
        super().__init__()
        self.steps = nn.Linear(2 * n_features + 2 * WAVES, WIDTH)
        self.steps_norm = nn.LayerNorm(WIDTH)
        self.queries = nn.Parameter(torch.randn(n_tokens, WIDTH))
        self.absent = nn.Parameter(torch.randn(n_tokens, WIDTH))
        self.layers = nn.ModuleList(VideoLayer() for _ in range(LAYERS))
        self.projector = Projector(n_tokens, WIDTH, width, root_mean_square)

    def forward(self, videos: VideoBatch) -> Tensor:
        """Soft tokens (B, K, D)."""
        changes = videos.values.diff(dim=1, prepend=videos.values[:, :1])
        steps = torch.cat([videos.values, changes, waves(videos.times_s)], -1)
        steps = self.steps_norm(self.steps(steps))
        is_there = videos.lengths > 0
        places = torch.arange(steps.shape[1], device=steps.device)
        # A row without video looks at one step of padding, since attention to nothing is no number.
        is_padding = places >= videos.lengths.clamp(min=1)[:, None]
        queries = self.queries.expand(len(steps), -1, -1)
        for layer in self.layers:
            queries = layer(queries, steps, is_padding)
        queries = torch.where(is_there[:, None, None], queries, self.absent)
        return self.projector(F.layer_norm(queries, queries.shape[-1:]))


def waves(times_s: Tensor) -> Tensor:
    """Sines and cosines (B, S, 2 * WAVES) of times (B, S) in s."""
    periods_s = np.geomspace(SLOWEST_S, FASTEST_S, WAVES)
    rates = torch.tensor(2 * np.pi / periods_s, dtype=times_s.dtype, device=times_s.device)
    phases = times_s[..., None] * rates
    return torch.cat([phases.sin(), phases.cos()], -1)
