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

from biomechgpt.language_model.examples import EncodedMotion, Example


class Weights(NamedTuple):
    """Weights of the target tokens in the loss; a motion's count once for each of its questions."""

    answer: float = 1.0
    motion: float = 1.0


class BatchLoss(NamedTuple):
    """Weighted sum of the cross-entropy of a batch, and its parts (sums in nats, counts of tokens)."""

    weighted_sum: torch.Tensor
    parts: torch.Tensor  # (4,): answer sum, answer tokens, other sum, other tokens


def collate(examples: Sequence[Example], pad_id: int, weights: Weights) -> dict[str, torch.Tensor]:
    """One batch of examples, padded on the right: tensors (B, T), and `visible` (B, T, T).

    `predecessors` holds where each token is predicted: the first token of a question where its motion
    ends. Every token but the first and soft ones is a target, with its weight in `loss_weights`.
    """
    batch = pad_rows([_row(example, weights) for example in examples], pad_id)
    return batch | soft_tokens([example.motion for example in examples])


def soft_tokens(motions: Sequence[EncodedMotion]) -> dict[str, torch.Tensor]:
    """`soft_features` (B, K, E) and `soft_starts` (B,), the columns of the first; nothing without them.

    Raises:
        ValueError: Some motions have soft tokens and some have none, or other numbers of them.
    """
    features = [motion.features for motion in motions]
    if all(values is None for values in features):
        return {}
    starts = [len(motion.ids) - 1 - len(motion.features) for motion in motions]
    return {
        "soft_features": torch.from_numpy(np.stack(features).astype(np.float32)),
        "soft_starts": torch.tensor(starts),
    }


def _row(example: Example, weights: Weights) -> dict[str, list]:
    ids, features = example.motion.ids, example.motion.features
    n_motion, n_questions = len(ids), len(example.questions)
    n_soft = 0 if features is None else len(features)
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
        row["loss_weights"] += [
            weights.answer if m else question.weight for m in question.answer_mask
        ]
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
        name: torch.nn.utils.rnn.pad_sequence(
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
