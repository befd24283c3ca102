"""MultiRocket and Hydra: features of a movement from many fixed convolutions of length nine.

Written from the descriptions in Dempster et al. 2021 (MiniRocket, arXiv 2012.08791), Tan et al.
2022 (MultiRocket, arXiv 2102.00457) and Dempster et al. 2023 (Hydra, arXiv 2203.13652), for trials of unequal
length: each is transformed by itself, and what grows with the length is divided by it. MultiRocket
describes by four numbers where a response lies above a threshold, Hydra counts which
kernel of a group responds most and least. Both look at the angles and at their differences.
"""

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

LENGTH = 9  # of a kernel
TRIPLES = torch.tensor(list(combinations(range(LENGTH), 3)))  # (84, 3)
# The kernels of MiniRocket: 2 in three places, -1 in six.
MULTIROCKET_WEIGHTS = torch.full((len(TRIPLES), LENGTH), -1.0).scatter(1, TRIPLES, 2.0)[:, None]
N_THRESHOLDS = 2  # of each kernel, dilation and representation
N_GROUPS, N_IN_GROUP = 32, 8  # Hydra's kernels of each dilation and representation
MAX_CHANNELS = 8  # that a kernel of Hydra sums; a kernel of MultiRocket sums up to nine
GOLDEN_RATIO = (np.sqrt(5) + 1) / 2


class Kernels(NamedTuple):
    """What the transform needs; the first axis is (dilation, angles or differences)."""

    dilations: list[int]  # (D,)
    channels: Tensor  # (D, 2, 84, C) how often a kernel of MultiRocket sums a channel
    thresholds: Tensor  # (D, 2, 84, B)
    group_channels: Tensor  # (D, 2, G, C) the same for the groups of Hydra
    weights: Tensor  # (D, 2, G, K, 9) of Hydra


def draw_kernels(training: Sequence[Tensor], seed: int) -> Kernels:
    """Kernels for movements like the `training` ones, each (C, T): the widest see a median length.

    Thresholds are quantiles of the responses to training movements drawn at random.
    """
    rng = np.random.default_rng(seed)
    length = np.median([series.shape[1] for series in training])
    dilations = [2**e for e in range(int(np.log2(max(1, (length - 1) / (LENGTH - 1)))) + 1)]
    shape, n_channels = (len(dilations), 2), training[0].shape[0]
    weights = rng.standard_normal((*shape, N_GROUPS, N_IN_GROUP, LENGTH))
    weights -= weights.mean(axis=-1, keepdims=True)
    weights /= np.abs(weights).sum(axis=-1, keepdims=True)
    up_to_nine = 2 ** rng.uniform(0, np.log2(min(n_channels, LENGTH) + 1), (*shape, len(TRIPLES)))
    few = np.full((*shape, N_GROUPS), max(1, min(n_channels // 2, MAX_CHANNELS)))
    kernels = Kernels(
        dilations,
        _subsets(up_to_nine.astype(int), n_channels, rng),
        torch.zeros(*shape, len(TRIPLES), N_THRESHOLDS),
        _subsets(few, n_channels, rng),
        torch.tensor(weights, dtype=torch.float32),
    )
    return kernels._replace(thresholds=_thresholds(training, kernels, rng))


def _subsets(sizes: np.ndarray, n_channels: int, rng: np.random.Generator) -> Tensor:
    """Random subsets of the channels (..., C) of `sizes` (...)."""
    ranks = rng.random((*sizes.shape, n_channels)).argsort(axis=-1).argsort(axis=-1)
    return torch.tensor(ranks < sizes[..., None], dtype=torch.float32)


def _thresholds(training: Sequence[Tensor], kernels: Kernels, rng: np.random.Generator) -> Tensor:
    """Evenly spread quantiles (D, 2, 84, B) of the responses of each kernel to one movement."""
    thresholds = torch.zeros_like(kernels.thresholds)
    quantiles = (np.arange(thresholds.numel()) * GOLDEN_RATIO % 1).reshape(thresholds.shape)
    for index, dilation in enumerate(kernels.dilations):
        series = training[rng.integers(len(training))]
        for part, signal in enumerate((series, series.diff())):
            responses = _multirocket_responses(signal, kernels.channels[index, part], dilation)
            for kernel, response in enumerate(responses.numpy()):
                levels = np.quantile(response, quantiles[index, part, kernel])
                thresholds[index, part, kernel] = torch.tensor(levels)
    return thresholds


def transform(series: Tensor, kernels: Kernels) -> tuple[Tensor, Tensor]:
    """Of one movement (C, T), T >= 2: MultiRocket's features (672 B D,) and Hydra's (1024 D,)."""
    multirocket, hydra = [], []
    for index, dilation in enumerate(kernels.dilations):
        for part, signal in enumerate((series, series.diff())):
            at = (index, part)
            responses = _multirocket_responses(signal, kernels.channels[at], dilation)
            multirocket.append(_pool(responses, kernels.thresholds[at], index, dilation))
            responses = _convolve(signal, kernels.group_channels[at], kernels.weights[at], dilation)
            hydra.append(_count(responses))
    return torch.cat(multirocket), torch.cat(hydra)


def _convolve(signal: Tensor, channels: Tensor, weights: Tensor, dilation: int) -> Tensor:
    """Responses (G, K, T) to a signal (C, T): channels (G, C) summed, then weights (G, K, 9).

    The signal continues with zeros on both sides.
    """
    reach = dilation * (LENGTH - 1)
    summed = pad(channels @ signal, (reach // 2, reach // 2))  # (G, T + reach)
    n_frames = signal.shape[1]
    taps = torch.stack(
        [summed[:, tap * dilation : tap * dilation + n_frames] for tap in range(LENGTH)], dim=1
    )
    return weights @ taps  # (G, K, 9) @ (G, 9, T)


def _multirocket_responses(signal: Tensor, channels: Tensor, dilation: int) -> Tensor:
    """Responses (84, T) of the kernels that are 2 in three places and -1 in six."""
    return _convolve(signal, channels, MULTIROCKET_WEIGHTS, dilation)[:, 0]


def _pool(responses: Tensor, thresholds: Tensor, index: int, dilation: int) -> Tensor:
    """Four numbers for each of 84 kernels and its thresholds; every second kernel without its ends.

    Which kernels keep the ends, where the signal is padded, alternates with the dilation.
    """
    ends = dilation * (LENGTH - 1) // 2
    pooled = torch.empty(4, *thresholds.shape)
    for parity in (0, 1):
        of_parity = slice((index + parity) % 2, None, 2)
        inner = responses[of_parity]
        if parity and inner.shape[1] > 2 * ends:
            inner = inner[:, ends:-ends]
        pooled[:, of_parity] = _describe(inner[:, None] - thresholds[of_parity][:, :, None])
    return pooled.flatten()


def _describe(above: Tensor) -> Tensor:
    """Of signals (..., T): share above zero, longest stretch, mean and mean place of what is (4, ...).

    The place runs from 0 to 1; it and the mean are -1 and 0 where nothing is above zero.
    """
    n_frames = above.shape[-1]
    frame = torch.arange(n_frames)
    positive = above > 0
    count = positive.sum(-1)
    some = count.clamp(min=1)
    last_below = torch.where(positive, -1, frame).cummax(-1).values
    stretch = (frame - last_below).amax(-1)
    mean = above.clamp(min=0).sum(-1) / some
    place = (positive * frame).sum(-1) / some / n_frames
    place = torch.where(count > 0, place, -1.0)
    return torch.stack([count / n_frames, stretch.float(), mean, place])


def _count(responses: Tensor) -> Tensor:
    """Of groups of kernels (G, K, T): how strongly each wins and how often it comes last, a frame."""
    n_frames = responses.shape[-1]
    highest, winner = responses.max(dim=1)  # (G, T)
    loser = responses.min(dim=1).indices  # several times faster than argmin
    wins, losses = torch.zeros(2, *responses.shape[:2])
    wins.scatter_add_(1, winner, highest)
    losses.scatter_add_(1, loser, torch.ones_like(highest))
    return torch.stack([wins, losses]).flatten() / n_frames
