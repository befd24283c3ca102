"""Soft tokens: features of a movement, projected to where the embeddings of text lie."""

import torch
from torch import nn
from torch.nn import functional as F

PROJECTOR = (
    "projector.safetensors"  # in a model folder, and in that of a base that has learnt to read
)
EMBEDDINGS_MEASURED = 4096  # of text, to know how long they are
SHARE_OF_TEXT = (
    0.12  # of the length of text, at the start: longer ones are changed too little by the layers
)
HIDDEN = 64  # numbers between the two layers of the projection


class Projector(nn.Module):
    """Features (B, K, E) of a motion encoder -> soft tokens (B, K, D).

    Each of the K has a projection of its own, since each tells something else of a movement. Gemma
    multiplies embeddings by the root of its width, which a soft token bypasses: so it starts with
    `SHARE_OF_TEXT` of the root mean square of the embeddings as the layers see them, and learns its
    length.
    """

    def __init__(self, n_tokens: int, n_features: int, width: int, root_mean_square: float):
        super().__init__()
        self.hidden = nn.Parameter(torch.randn(n_tokens, n_features, HIDDEN) / n_features**0.5)
        self.output = nn.Parameter(torch.randn(n_tokens, HIDDEN, width) / HIDDEN**0.5)
        self.gain = nn.Parameter(torch.full((width,), SHARE_OF_TEXT * root_mean_square))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        hidden = F.gelu(torch.einsum("bke,keh->bkh", features, self.hidden))
        soft = torch.einsum("bkh,khd->bkd", hidden, self.output)
        return F.layer_norm(soft, soft.shape[-1:]) * self.gain


def length_of_text(embedding: nn.Module, text_ids: torch.Tensor) -> float:
    """Root mean square of the embeddings of text, as long as the layers see them."""
    some = text_ids[:: 1 + len(text_ids) // EMBEDDINGS_MEASURED]
    with torch.no_grad():
        return float(embedding(some).float().square().mean().sqrt())


def put_in(embedded: torch.Tensor, tokens: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
    """`embedded` (B, T, D) with the soft `tokens` (B, K, D) of each row from its start (B,) on."""
    places = torch.arange(tokens.shape[1], device=embedded.device)
    columns = (starts[:, None] + places)[..., None].expand_as(tokens)
    return embedded.scatter(1, columns, tokens.to(embedded.dtype))
