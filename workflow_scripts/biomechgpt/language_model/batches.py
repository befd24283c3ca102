"""Batches in which each row is a tree of tokens, so that a shared beginning is read once.

In training a row holds a motion and, branching off its end, the questions about it; in prediction the
candidate answers branch off each question. A token attends to the tokens on its way to the root, and
its position is their number: each branch is read as if it were the only one.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from biomechgpt.language_model.examples import EncodedMotion, Example
from biomechgpt.language_model.motion_input import VideoInput


class Weights(NamedTuple):
    """Weights of the target tokens in the loss; a motion's count once for each of its questions."""

    answer: float = 1.0
    motion: float = 1.0
    question: float = 1.0


class BatchLoss(NamedTuple):
    """Weighted sum of the cross-entropy of a batch, and its parts (sums in nats, counts of tokens)."""

    weighted_sum: torch.Tensor
    parts: torch.Tensor  # (4,): answer sum, answer tokens, other sum, other tokens


class VideoBatch(NamedTuple):
    """The videos of a batch."""

    values: torch.Tensor  # (B, S, W)
    times_s: torch.Tensor  # (B, S)
    lengths: torch.Tensor  # (B,) steps of each; 0 where there is no video


def collate(examples: Sequence[Example], pad_id: int, weights: Weights) -> dict[str, torch.Tensor]:
    """One batch of examples, padded on the right: tensors (B, T), and `visible` (B, T, T).

    `predecessors` holds where each token is predicted: the first token of a question where its motion
    ends. Every token but the first and soft ones is a target, with its weight in `loss_weights`.
    """
    batch = pad_rows([_row(example, weights) for example in examples], pad_id)
    return batch | soft_tokens([example.motion for example in examples])


def soft_tokens(motions: Sequence[EncodedMotion]) -> dict[str, torch.Tensor]:
    """What the soft tokens of a batch are made of, and in which column each row's first stands.

    `soft_features` (B, K, E) and `soft_starts` (B,) of the body, `video_values`, `video_times_s`,
    `video_lengths` (`VideoBatch`) and `video_starts` (B,) behind them; nothing without them.

    Raises:
        ValueError: Some motions have soft tokens and some have none, or other numbers of them.
    """
    ends = torch.tensor([len(motion.ids) - 1 for motion in motions])
    videos = [motion.video for motion in motions]
    batch = {}
    if any(video is not None for video in videos):
        batch = {f"video_{name}": part for name, part in video_batch(videos)._asdict().items()}
        batch["video_starts"] = ends = ends - videos[0].n_tokens
    features = [motion.features for motion in motions]
    if all(values is None for values in features):
        return batch
    stacked = torch.from_numpy(np.stack(features).astype(np.float32))
    return batch | {"soft_features": stacked, "soft_starts": ends - stacked.shape[1]}


def video_batch(videos: Sequence[VideoInput]) -> VideoBatch:
    """Videos of unequal length in one batch, padded to the longest and to one step at least."""
    one_step = max(1, *(len(video.values) for video in videos))
    values = pad_sequence([torch.from_numpy(video.values) for video in videos], batch_first=True)
    times_s = pad_sequence([torch.from_numpy(video.times_s) for video in videos], batch_first=True)
    n_missing = one_step - values.shape[1]
    return VideoBatch(
        F.pad(values, (0, 0, 0, n_missing)),
        F.pad(times_s, (0, n_missing)),
        torch.tensor([len(video.values) for video in videos]),
    )


def _row(example: Example, weights: Weights) -> dict[str, list]:
    ids, n_soft = example.motion.ids, example.motion.n_soft
    n_motion, n_questions = len(ids), len(example.questions)
    motion_weight = weights.motion * n_questions
    row: dict[str, list] = {
        "input_ids": list(ids),
        "predecessors": list(range(-1, n_motion - 1)),
        "answer_mask": [0] * n_motion,
        "loss_weights": [0.0] + [motion_weight] * (n_motion - 2 - n_soft) + [0.0] * n_soft,
    }
    row["loss_weights"] += [motion_weight]
    for question in example.questions:
        start, n_tokens = len(row["input_ids"]), len(question.input_ids)
        row["input_ids"] += question.input_ids
        row["predecessors"] += [n_motion - 1, *range(start, start + n_tokens - 1)]
        row["answer_mask"] += question.answer_mask
        other = weights.question if question.weight is None else question.weight
        row["loss_weights"] += [weights.answer if m else other for m in question.answer_mask]
    return row


def pad_rows(rows: Sequence[dict[str, list]], pad_id: int) -> dict[str, torch.Tensor]:
    """One batch of rows that have `input_ids` and `predecessors` (-1 for the root).

    Adds `visible` and `position_ids`. Padding attends to itself: attending to nothing would turn the
    softmax into NaN.
    """
    trees = [ancestors(row["predecessors"]) for row in rows]
    longest = max(map(len, trees))
    visible = [F.pad(tree, (0, longest - len(tree)) * 2) for tree in trees]
    batch = {
        name: pad_sequence(
            [torch.tensor(row[name]) for row in rows],
            batch_first=True,
            padding_value=pad_id if name == "input_ids" else 0,
        )
        for name in rows[0]
    }
    batch["visible"] = torch.stack(visible) | torch.eye(longest, dtype=torch.bool)
    batch["position_ids"] = batch["visible"].sum(-1) - 1
    return batch


def ancestors(predecessors: Sequence[int]) -> torch.Tensor:
    """Tree attention mask (T, T): [i, j] is whether token j is i, or on its way to the root.

    Every token must have its predecessor before it.
    """
    n_tokens = len(predecessors)
    starts = [i for i, before in enumerate(predecessors) if before != i - 1] or [0]
    mask = torch.ones(n_tokens, n_tokens, dtype=torch.bool).tril()
    for start, stop in zip(starts, [*starts[1:], n_tokens], strict=True):
        before = predecessors[start]
        mask[start:stop, :start] = mask[before, :start] if before >= 0 else False
    return mask


def attention_masks(
    batch: dict[str, torch.Tensor], sliding_window: int | None
) -> dict[str, torch.Tensor]:
    """Attention masks (B, 1, T, T) for each kind of layer; True where a token attends.

    With `key_positions` (B, K), of the tokens in the cache and of the new ones, they are (B, 1, T, K).
    Without a `sliding_window` (tokens) there are no layers that slide.
    """
    visible, positions = batch["visible"], batch["position_ids"]
    masks = {"full_attention": visible[:, None]}
    if sliding_window is not None:
        key_positions = batch.get("key_positions", positions)
        near = positions[:, :, None] - key_positions[:, None, :] < sliding_window
        masks["sliding_attention"] = (visible & near)[:, None]
    return masks


def losses(
    hidden: torch.Tensor,
    batch: dict[str, torch.Tensor],
    cross_entropy: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> BatchLoss:
    """Cross-entropy of every target of a batch with the hidden states `hidden` (B, T, D).

    `cross_entropy` maps N hidden states (N, D) and the ids (N,) of the tokens after them to nats (N,).
    """
    rows, columns = (batch["loss_weights"] > 0).nonzero(as_tuple=True)
    before = hidden[rows, batch["predecessors"][rows, columns]]
    nats = cross_entropy(before, batch["input_ids"][rows, columns])
    answer = batch["answer_mask"][rows, columns]
    with torch.no_grad():
        other = 1 - answer
        sums = [(nats * answer).sum(), answer.sum(), (nats * other).sum(), other.sum()]
        parts = torch.stack([value.float() for value in sums])
    return BatchLoss((nats * batch["loss_weights"][rows, columns]).sum(), parts)


def total_weight(batches: Sequence[dict[str, torch.Tensor]]) -> torch.Tensor:
    """Sum of the weights of all targets in the batches of one optimiser step."""
    return torch.stack([batch["loss_weights"].sum() for batch in batches]).sum()
