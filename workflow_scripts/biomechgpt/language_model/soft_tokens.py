"""Soft tokens: features of a movement, projected to where the embeddings of text lie."""

from typing import NamedTuple

import torch
from torch import nn

HIDDEN = 256  # numbers between the two layers of the projection


class SoftBatch(NamedTuple):
    """Where the soft tokens of a batch stand, and what they are made of."""

    features: torch.Tensor  # (B, K, E)
    starts: torch.Tensor  # (B,) column of each row's first soft token


class Projector(nn.Module):
    """Features (B, K, E) of a motion encoder -> soft tokens (B, K, D) as long as embeddings of text.

    Gemma multiplies embeddings by the root of its width, which a soft token bypasses: so it starts
    with the root mean square of the embeddings as the layers see them, and learns its length.
    """

    def __init__(self, n_features: int, width: int, root_mean_square: float):
        super().__init__()
        self.layers = nn.Sequential(
            nn.LayerNorm(n_features),
            nn.Linear(n_features, HIDDEN),
            nn.GELU(),
            nn.Linear(HIDDEN, width),
            nn.LayerNorm(width, elementwise_affine=False),
        )
        self.gain = nn.Parameter(torch.full((width,), root_mean_square))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.layers(features) * self.gain


def put_in(embedded: torch.Tensor, soft: SoftBatch, projector: Projector) -> torch.Tensor:
    """`embedded` (B, T, D) with the soft tokens of each row from its start on."""
    with torch.autocast(embedded.device.type, enabled=False):
        tokens = projector(soft.features.float()).to(embedded.dtype)  # (B, K, D)
    places = torch.arange(tokens.shape[1], device=embedded.device)
    columns = (soft.starts[:, None] + places)[..., None].expand_as(tokens)
    return embedded.scatter(1, columns, tokens)
