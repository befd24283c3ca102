"""Examples as padded batches in which questions share their motion, and the loss on them.

A row holds a motion and then its questions one after another. Each question sees the motion and
itself, and its positions follow the motion's: for every question it is as if it stood there alone.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch

from biomechgpt.language_model.examples import Example

PADDING = -1  # its segment; 0 is the motion, 1 and on are the questions


class Weights(NamedTuple):
    """What a target counts in the loss: those of a motion once for each of its questions."""

    answer: float = 1.0
    motion: float = 1.0


class Losses(NamedTuple):
    """Weighted sum of the cross-entropy, and what it is made of (sums in nats, counts of tokens)."""

    weighted_sum: torch.Tensor
    parts: torch.Tensor  # (4,): answer sum, answer tokens, other sum, other tokens


def collate(examples: Sequence[Example], pad_id: int, weights: Weights) -> dict[str, torch.Tensor]:
    """Rows padded on the right, each tensor (B, T).

    `predecessors`: the place where a token is predicted; the first token of a question is predicted
    where its motion ends. Every token but BOS is a target.
    """
    rows = [_row(example, weights) for example in examples]
    fill = {"input_ids": pad_id, "segments": PADDING}
    return {
        name: torch.nn.utils.rnn.pad_sequence(
            [row[name] for row in rows], batch_first=True, padding_value=fill.get(name, 0)
        )
        for name in rows[0]
    }


def _row(example: Example, weights: Weights) -> dict[str, torch.Tensor]:
    n_motion, n_questions = len(example.motion_ids), len(example.questions)
    motion_weight = weights.motion * n_questions
    row: dict[str, list] = {
        "input_ids": list(example.motion_ids),
        "segments": [0] * n_motion,
        "position_ids": list(range(n_motion)),
        "predecessors": [0, *range(n_motion - 1)],
        "answer_mask": [0] * n_motion,
        "loss_weights": [0.0] + [motion_weight] * (n_motion - 1),
    }
    for number, question in enumerate(example.questions, 1):
        start, n_tokens = len(row["input_ids"]), len(question.input_ids)
        row["input_ids"] += question.input_ids
        row["segments"] += [number] * n_tokens
        row["position_ids"] += range(n_motion, n_motion + n_tokens)
        row["predecessors"] += [n_motion - 1, *range(start, start + n_tokens - 1)]
        row["answer_mask"] += question.answer_mask
        row["loss_weights"] += [weights.answer if m else 1.0 for m in question.answer_mask]
    return {name: torch.tensor(values) for name, values in row.items()}


def attention_masks(batch: dict[str, torch.Tensor], sliding_window: int) -> dict[str, torch.Tensor]:
    """Which token sees which, (B, 1, T, T) bool, for either kind of Gemma 3's layers."""
    segments, positions = batch["segments"], batch["position_ids"]
    n_tokens = segments.shape[1]
    before = torch.ones(n_tokens, n_tokens, dtype=torch.bool, device=segments.device).tril()
    seen, seer = segments[:, None, :], segments[:, :, None]
    full = before & ((seen == 0) | (seen == seer))  # padding sees padding: no row without any
    near = positions[:, :, None] - positions[:, None, :] < sliding_window
    return {"full_attention": full[:, None], "sliding_attention": (full & near)[:, None]}


def losses(
    hidden: torch.Tensor,
    batch: dict[str, torch.Tensor],
    cross_entropy: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Losses:
    """Loss on every target of a batch; `hidden` (B, T, D) is what the model makes of it.

    `cross_entropy` gives the nats (N,) of N target ids after N hidden states (N, D).
    """
    rows, columns = (batch["segments"] != PADDING).nonzero(as_tuple=True)
    rows, columns = rows[columns > 0], columns[columns > 0]  # BOS is no target
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
