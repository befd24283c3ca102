"""Score closed sets of answers with every shared beginning read once, and generate freely.

A trial is one row: its motion, behind it the questions, and behind each question the beginnings of
its candidate answers. One forward pass gives the probability of every candidate, and the greedy text
as far as it begins as some candidate does; only other texts need to be generated.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from transformers import Cache, PreTrainedModel

from biomechgpt.language_model.batches import pad_rows
from biomechgpt.language_model.forward import hidden_states, logits, targets_at_once


class Row(NamedTuple):
    """A trial as a tree of tokens, with the candidates of each of its questions.

    A candidate is a list of steps (place, token): behind this place of the row comes this token.
    """

    input_ids: list[int]
    predecessors: list[int]
    roots: list[int]  # where each question ends
    candidates: list[list[list[tuple[int, int]]]]


class Scored(NamedTuple):
    """The summed log-probability of every candidate (O,); the greedy text where the row holds it."""

    log_probabilities: list[float]
    greedy: list[int] | None


def trial_row(
    motion_ids: Sequence[int],
    questions: Sequence[Sequence[int]],
    candidates: Sequence[Sequence[Sequence[int]]],
) -> Row:
    """The tree of a motion, its questions and the candidate answers of each question, as token ids.

    The last token of a candidate is predicted and never read.
    """
    row = Row(list(motion_ids), list(range(-1, len(motion_ids) - 1)), [], [])
    for question, answers in zip(questions, candidates, strict=True):
        place = len(motion_ids) - 1
        for token in question:
            place = _read(row, token, place)
        row.roots.append(place)
        row.candidates.append(_branch(row, place, [tuple(answer) for answer in answers]))
    return row


def _read(row: Row, token: int, before: int) -> int:
    """Put `token` behind the place `before`; return its own place."""
    row.input_ids.append(token)
    row.predecessors.append(before)
    return len(row.input_ids) - 1


def _branch(row: Row, root: int, answers: list[tuple[int, ...]]) -> list[list[tuple[int, int]]]:
    """Read every proper beginning of the answers once, behind `root`; return the answers' steps."""
    places = {(): root}
    for answer in sorted(answers):  # so that what begins alike stands together
        for end in range(1, len(answer)):
            if answer[:end] not in places:
                places[answer[:end]] = _read(row, answer[end - 1], places[answer[: end - 1]])
    return [
        [(places[answer[:end]], token) for end, token in enumerate(answer)] for answer in answers
    ]


def score(
    model: PreTrainedModel, rows: Sequence[Row], pad_id: int, stop_id: int
) -> list[list[Scored]]:
    """The scores of every question of every row, from one forward pass."""
    trees = [{"input_ids": row.input_ids, "predecessors": row.predecessors} for row in rows]
    batch = {name: value.to(model.device) for name, value in pad_rows(trees, pad_id).items()}
    hidden = hidden_states(model, batch)
    return [_score_row(model, hidden[i], row, stop_id) for i, row in enumerate(rows)]


def _score_row(
    model: PreTrainedModel, hidden: torch.Tensor, row: Row, stop_id: int
) -> list[Scored]:
    steps = sorted({step for of_one in row.candidates for answer in of_one for step in answer})
    places = sorted({place for place, _ in steps} | set(row.roots))
    nats, best = _next_tokens(model, hidden[places], places, steps)
    read = zip(row.predecessors, row.input_ids, strict=True)
    children = {step: place for place, step in enumerate(read)}
    return [
        Scored(
            [sum(nats[step] for step in answer) for answer in answers],
            _greedy(root, best, children, stop_id),
        )
        for root, answers in zip(row.roots, row.candidates, strict=True)
    ]


def _next_tokens(
    model: PreTrainedModel, hidden: torch.Tensor, places: list[int], steps: list[tuple[int, int]]
) -> tuple[dict[tuple[int, int], float], dict[int, int]]:
    """Log-probability of every step, and the most probable token behind every place."""
    nats, best, size, done = {}, {}, targets_at_once(model), 0
    for start in range(0, len(places), size):
        part = places[start : start + size]
        found = logits(model, hidden[start : start + size]).float()
        best |= dict(zip(part, found.argmax(-1).tolist(), strict=True))
        asked = [step for step in steps[done:] if step[0] <= part[-1]]
        done += len(asked)
        line = {place: number for number, place in enumerate(part)}
        at = torch.tensor([line[place] for place, _ in asked], dtype=torch.long)
        tokens = torch.tensor([token for _, token in asked], dtype=torch.long)
        chosen = found.log_softmax(-1)[at, tokens].tolist()
        nats |= dict(zip(asked, chosen, strict=True))
    return nats, best


def _greedy(
    place: int, best: dict[int, int], children: dict[tuple[int, int], int], stop_id: int
) -> list[int] | None:
    """The most probable token again and again, without the stop; None where the row has no such."""
    text: list[int] = []
    while place in best:
        token = best[place]
        if token == stop_id:
            return text
        text.append(token)
        place = children.get((place, token), -1)
    return None


class Prefilled(NamedTuple):
    """A batch of B prompts that the model has read."""

    cache: Cache
    attention_mask: torch.Tensor  # (B, T), 0 on the padding
    next_tokens: torch.Tensor  # (B,), the most probable beginning of the answer


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
    return Prefilled(output.past_key_values, mask, output.logits[:, -1].argmax(-1))


def generate(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    pad_id: int,
    stop_id: int,
    max_new_tokens: int,
) -> list[list[int]]:
    """Greedy continuation of every prompt, without the stop token."""
    cache, mask, token = prefill(model, prompts, pad_id)
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
