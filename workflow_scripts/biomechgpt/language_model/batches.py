"""Examples as padded batches, and the loss on them."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn import functional as F


class Losses(NamedTuple):
    """Weighted sum of the cross-entropy, and what it is made of (sums in nats, counts of tokens)."""

    weighted_sum: torch.Tensor
    parts: torch.Tensor  # (4,): answer sum, answer tokens, other sum, other tokens


class Collator:
    """Pad examples on the right; every token is a target, answers weigh `answer_weight`."""

    def __init__(self, pad_id: int, answer_weight: float = 1.0):
        self.pad_id, self.answer_weight = pad_id, answer_weight

    def __call__(self, examples: Sequence[dict]) -> dict[str, torch.Tensor]:
        longest = max(len(example["input_ids"]) for example in examples)
        input_ids = torch.full((len(examples), longest), self.pad_id)  # (B, T)
        attention_mask = torch.zeros_like(input_ids)
        answer_mask = torch.zeros_like(input_ids)
        for row, example in enumerate(examples):
            length = len(example["input_ids"])
            input_ids[row, :length] = torch.tensor(example["input_ids"])
            answer_mask[row, :length] = torch.tensor(example["answer_mask"])
            attention_mask[row, :length] = 1
        extra = (self.answer_weight - 1.0) * answer_mask
        return {
            "input_ids": input_ids,
            "targets": input_ids,
            "attention_mask": attention_mask,
            "answer_mask": answer_mask,
            "loss_weights": attention_mask * (1.0 + extra),
        }


def losses(logits: torch.Tensor, batch: dict[str, torch.Tensor]) -> Losses:
    """Next-token cross-entropy of a batch; `logits` (B, T, V). The first token is no target."""
    targets = batch["targets"][:, 1:]
    nats = F.cross_entropy(
        logits[:, :-1].flatten(0, 1).float(), targets.flatten(), reduction="none"
    ).view_as(targets)  # (B, T - 1)
    with torch.no_grad():
        answer = batch["answer_mask"][:, 1:]
        other = batch["attention_mask"][:, 1:] - answer
        sums = [(nats * answer).sum(), answer.sum(), (nats * other).sum(), other.sum()]
        parts = torch.stack([value.float() for value in sums])
    return Losses((nats * batch["loss_weights"][:, 1:]).sum(), parts)


def total_weight(batches: Sequence[dict[str, torch.Tensor]]) -> torch.Tensor:
    """Sum of the weights of all targets of the batches of one optimiser step."""
    return torch.stack([batch["loss_weights"][:, 1:].sum() for batch in batches]).sum()
