"""Batches in which a row is a tree of tokens: what begins alike is read once.

In training a row holds a motion and, branching off its end, the questions on it; in prediction the
candidate answers branch off each question. A token sees the tokens on its way to the root and its
position is their number: for every branch it is as if it stood there alone.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F

from biomechgpt.language_model.examples import Example


class Weights(NamedTuple):
    """What a target counts in the loss: those of a motion once for each of its questions."""

    answer: float = 1.0
    motion: float = 1.0


class Losses(NamedTuple):
    """Weighted sum of the cross-entropy, and what it is made of (sums in nats, counts of tokens)."""

    weighted_sum: torch.Tensor
    parts: torch.Tensor  # (4,): answer sum, answer tokens, other sum, other tokens


def collate(examples: Sequence[Example], pad_id: int, weights: Weights) -> dict[str, torch.Tensor]:
    """Rows padded on the right, each tensor (B, T), `visible` (B, T, T).

    `predecessors`: the place where a token is predicted; the first token of a question is predicted
    where its motion ends. Every token but BOS is a target, with its weight in `loss_weights`.
    """
    return pad_rows([_row(example, weights) for example in examples], pad_id)


def _row(example: Example, weights: Weights) -> dict[str, list]:
    n_motion, n_questions = len(example.motion_ids), len(example.questions)
    motion_weight = weights.motion * n_questions
    row: dict[str, list] = {
        "input_ids": list(example.motion_ids),
        "predecessors": list(range(-1, n_motion - 1)),
        "answer_mask": [0] * n_motion,
        "loss_weights": [0.0] + [motion_weight] * (n_motion - 1),
    }
    for question in example.questions:
        start, n_tokens = len(row["input_ids"]), len(question.input_ids)
        row["input_ids"] += question.input_ids
        row["predecessors"] += [n_motion - 1, *range(start, start + n_tokens - 1)]
        row["answer_mask"] += question.answer_mask
        row["loss_weights"] += [weights.answer if m else 1.0 for m in question.answer_mask]
    return row


def pad_rows(rows: Sequence[dict[str, list]], pad_id: int) -> dict[str, torch.Tensor]:
    """Rows with `input_ids` and `predecessors` (-1 for the root) as one batch.

    Adds `visible` and `position_ids`. Padding sees itself alone: a row of a mask without any place
    would turn the softmax into NaN.
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
    """(T, T) bool: whether the second token stands on the way from the first to the root, or is it.

    A predecessor must stand before its successors.
    """
    n_tokens = len(predecessors)
    starts = [i for i, before in enumerate(predecessors) if before != i - 1] or [0]
    found = torch.ones(n_tokens, n_tokens, dtype=torch.bool).tril()
    for start, stop in zip(starts, [*starts[1:], n_tokens], strict=True):
        before = predecessors[start]
        found[start:stop, :start] = found[before, :start] if before >= 0 else False
    return found


def attention_masks(batch: dict[str, torch.Tensor], sliding_window: int) -> dict[str, torch.Tensor]:
    """Which token sees which, (B, 1, T, T) bool, for either kind of Gemma 3's layers.

    With `key_positions` (B, K) of what was read before and now, (B, 1, T, K).
    """
    visible, positions = batch["visible"], batch["position_ids"]
    key_positions = batch.get("key_positions", positions)
    near = positions[:, :, None] - key_positions[:, None, :] < sliding_window
    return {"full_attention": visible[:, None], "sliding_attention": (visible & near)[:, None]}


def losses(
    hidden: torch.Tensor,
    batch: dict[str, torch.Tensor],
    cross_entropy: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Losses:
    """Loss on every target of a batch; `hidden` (B, T, D) is what the model makes of it.

    `cross_entropy` gives the nats (N,) of N target ids after N hidden states (N, D).
    """
    rows, columns = (batch["loss_weights"] > 0).nonzero(as_tuple=True)
    before = hidden[rows, batch["predecessors"][rows, columns]]
    nats = cross_entropy(before, batch["input_ids"][rows, columns])
    answer = batch["answer_mask"][rows, columns]
    with torch.no_grad():
        other = 1 - answer
        sums = [(nats * answer).sum(), answer.sum(), (nats * other).sum(), other.sum()]
        parts = torch.stack([value.float() for value in sums])
    return Losses((nats * batch["loss_weights"][rows, columns]).sum(), parts)


def total_weight(batches: Sequence[dict[str, torch.Tensor]]) -> torch.Tensor:
    """Sum of the weights of all targets of the batches of one optimiser step."""
    return torch.stack([batch["loss_weights"].sum() for batch in batches]).sum()
