"""Score closed sets of answers, and generate freely, from one pass over the prompt.

The prompt of a batch runs once; its key-value cache is then read by the scoring of every option
and by greedy generation. Prompts are padded on the left, so that every answer begins at the same
place.
"""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from transformers import Cache, PreTrainedModel

SEQUENCES_AT_ONCE = 16  # beginnings of answers a pass; each needs a copy of the cache


class Prefilled(NamedTuple):
    """A batch of B prompts that the model has read."""

    cache: Cache
    attention_mask: torch.Tensor  # (B, T), 0 on the padding
    next_log_probabilities: torch.Tensor  # (B, V), of the first token of the answer


def prefill(model: PreTrainedModel, prompts: Sequence[Sequence[int]], pad_id: int) -> Prefilled:
    """Run the prompts, padded on the left to the longest."""
    longest = max(map(len, prompts))
    ids = torch.tensor([[pad_id] * (longest - len(p)) + list(p) for p in prompts])
    mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
    ids, mask = ids.to(model.device), mask.to(model.device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    output = model(
        input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=True, logits_to_keep=1
    )
    return Prefilled(output.past_key_values, mask, output.logits[:, -1].float().log_softmax(-1))


def score_options(
    model: PreTrainedModel, prefilled: Prefilled, options: Sequence[Sequence[int]], pad_id: int
) -> torch.Tensor:
    """Summed log-probability of every option's tokens after every prompt: (B, O).

    Options that begin alike share the run: the model reads every longest proper beginning once.
    """
    beginnings = longest_beginnings(options)
    row_of = [_row_of(tuple(option[:-1]), beginnings) for option in options]
    first = torch.tensor([option[0] for option in options], device=model.device)
    scores = prefilled.next_log_probabilities[:, first]  # (B, O), a copy
    for start in range(0, len(beginnings), SEQUENCES_AT_ONCE):
        part = beginnings[start : start + SEQUENCES_AT_ONCE]
        read = _read(model, prefilled, part, pad_id)  # (B, S, L, V)
        for column, option in enumerate(options):
            row = row_of[column] - start
            if len(option) > 1 and 0 <= row < len(part):
                places = torch.arange(len(option) - 1)
                scores[:, column] += read[:, row, places, torch.tensor(option[1:])].sum(1)
    return scores


def longest_beginnings(options: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """The proper beginnings of the options that begin no other of them, sorted."""
    proper = {tuple(option[:-1]) for option in options if len(option) > 1}
    return sorted(p for p in proper if not any(p != q and q[: len(p)] == p for q in proper))


def _row_of(beginning: tuple[int, ...], rows: list[tuple[int, ...]]) -> int:
    """The first of `rows` that begins so; -1 where none does."""
    return next((i for i, row in enumerate(rows) if row[: len(beginning)] == beginning), -1)


def _read(
    model: PreTrainedModel, prefilled: Prefilled, sequences: list[tuple[int, ...]], pad_id: int
) -> torch.Tensor:
    """Log-probabilities (B, S, L, V) after each token of S sequences that follow each prompt."""
    n_prompts, count = len(prefilled.attention_mask), len(sequences)
    longest = max(map(len, sequences))
    ids = torch.tensor([[*s, *[pad_id] * (longest - len(s))] for s in sequences])
    seen = torch.tensor([[1] * len(s) + [0] * (longest - len(s)) for s in sequences])
    ids, seen = ids.to(model.device), seen.to(model.device)
    cache = copy.deepcopy(prefilled.cache)
    cache.batch_repeat_interleave(count)
    lengths = prefilled.attention_mask.sum(1).repeat_interleave(count)
    mask = prefilled.attention_mask.repeat_interleave(count, 0)
    output = model(
        input_ids=ids.repeat(n_prompts, 1),
        attention_mask=torch.cat([mask, seen.repeat(n_prompts, 1)], 1),
        position_ids=lengths[:, None] + torch.arange(longest, device=ids.device),
        past_key_values=cache,
    )
    logits = output.logits.float().log_softmax(-1)
    return logits.view(n_prompts, count, longest, -1)


def generate(
    model: PreTrainedModel, prefilled: Prefilled, stop_id: int, max_new_tokens: int
) -> list[list[int]]:
    """Greedy continuation of every prompt, without the stop token. Uses up the cache."""
    mask, cache = prefilled.attention_mask, prefilled.cache
    token = prefilled.next_log_probabilities.argmax(-1)
    written = [token]
    for _ in range(max_new_tokens - 1):
        if all((torch.stack(written) == stop_id).any(0)):
            break
        positions = mask.sum(1, keepdim=True)
        mask = torch.cat([mask, torch.ones_like(mask[:, :1])], 1)
        output = model(
            input_ids=token[:, None],
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
        )
        token = output.logits[:, -1].argmax(-1)
        written.append(token)
    return [_until(column, stop_id) for column in torch.stack(written, 1).tolist()]


def _until(tokens: list[int], stop_id: int) -> list[int]:
    return tokens[: tokens.index(stop_id)] if stop_id in tokens else tokens
