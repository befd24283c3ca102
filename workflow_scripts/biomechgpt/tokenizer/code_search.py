"""Better tokens than those nearest to the encoder's latents: those whose decoded movement is nearest.

An encoder errs most on people it has not seen. The decoder is there too when a movement is encoded,
so other codes are tried, and kept where what they decode to comes closer to the movement.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from biomechgpt.tokenizer.network import Branch

# Steps between those that change at once: a change is felt mostly nearer than half of it.
SPACING = 5
CANDIDATES = 2  # other codes that are tried of each level


class Search(NamedTuple):
    """What codes are looked for: those whose `decoder` comes nearest to `wanted`."""

    decoder: nn.Module
    books: Tensor  # (levels, K, D)
    latents: Tensor  # (L, D), what the encoder wanted the codes to stand for
    wanted: Tensor  # (J, T), normalised angles
    weight: Tensor  # (J, T), what their squared errors count


def code_search(
    branch: Branch, codes: Tensor, normalised: Tensor, weight: Tensor, rounds: int
) -> Tensor:
    """Codes (L, levels) of a movement that decode to no larger an error than `codes`.

    `normalised` (T, J) are the angles of the branch's joints, `weight` (T, J) what their squared
    errors count. A round tries the neighbours of each code once. The codebooks of `branch` are learnt.
    """
    with torch.no_grad():
        latents = branch.encoder(normalised.T[None])
    books = branch.quantizer.vectors().view(codes.shape[1], -1, latents.shape[1])
    search = Search(branch.decoder, books, latents[0].T, normalised.T, weight.T)
    for _ in range(rounds):
        for first in range(min(SPACING, len(codes))):
            codes = _improved(search, codes, torch.arange(first, len(codes), SPACING))
    return codes


def _improved(search: Search, codes: Tensor, steps: Tensor) -> Tensor:
    """`codes` (L, levels) with better ones at `steps`, or as they were where none is better."""
    vectors = _vectors(search, codes)
    errors, aim = _errors_and_aim(search, vectors)
    best, improved = _around(errors[None])[0, steps], codes.clone()
    for level, book in enumerate(search.books):
        now = codes[steps, level]
        others = _neighbours(book, now, aim[steps] - vectors[steps] + book[now])  # (C, steps)
        tried = vectors.repeat(len(others), 1, 1)
        tried[:, steps] += book[others] - book[now]
        with torch.no_grad():
            after, which = _around(_errors(search, tried))[:, steps].min(dim=0)
        better = after < best
        best = torch.where(better, after, best)
        changed = codes[steps]
        changed[:, level] = others.gather(0, which[None])[0]
        improved[steps] = torch.where(better[:, None], changed, improved[steps])
    # Steps that change at once are felt by each other a little, so the whole is looked at again.
    with torch.no_grad():
        worth = _errors(search, _vectors(search, improved)[None]).sum() < errors.sum()
    return improved if worth else codes


def _neighbours(book: Tensor, now: Tensor, aim: Tensor) -> Tensor:
    """The codes (C, N) nearest to `aim` (N, D), without those that are there `now` (N,)."""
    distance = torch.cdist(aim, book).scatter(1, now[:, None], torch.inf)
    return distance.topk(min(CANDIDATES, len(book) - 1), largest=False).indices.T


def _vectors(search: Search, codes: Tensor) -> Tensor:
    """What codes (L, levels) stand for: (L, D)."""
    return sum(book[column] for book, column in zip(search.books, codes.T, strict=True))


def _errors(search: Search, vectors: Tensor) -> Tensor:
    """The weighted squared error of each step, (B, L), of what (B, L, D) decode to."""
    error = search.weight * (search.decoder(vectors.mT) - search.wanted).square()  # (B, J, T)
    return error.sum(1).view(*vectors.shape[:2], -1).sum(2)


def _errors_and_aim(search: Search, vectors: Tensor) -> tuple[Tensor, Tensor]:
    """The errors (L,) of (L, D), and where codes should be: the latents, and a step downhill.

    The step is as long as what quantising has moved the latents by.
    """
    leaf = vectors.clone().requires_grad_()
    errors = _errors(search, leaf[None])[0]
    (uphill,) = torch.autograd.grad(errors.sum(), leaf)
    moved = (search.latents - vectors).square().mean().sqrt()
    step = uphill * (moved / uphill.square().mean().sqrt().clamp_min(1e-12))
    return errors.detach(), search.latents - step


def _around(errors: Tensor) -> Tensor:
    """The errors (B, L) of each step and of those that its change is felt in."""
    kernel = errors.new_ones(1, 1, SPACING)
    return functional.conv1d(errors[:, None], kernel, padding=SPACING // 2)[:, 0]
