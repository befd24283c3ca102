"""Score closed sets of answers with every shared beginning read once, and write on from there.

A trial is one row: its motion, behind it the questions, and behind each question the beginnings of
its candidate answers. One forward pass gives the probability of every candidate. The greedy text of
every question follows the row as far as it goes and is written on from the same key-value cache.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from transformers import DynamicCache, PreTrainedModel

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
    """The summed log-probability of every candidate (O,), and the greedy text."""

    log_probabilities: list[float]
    text: list[int]


class Text(NamedTuple):
    """A greedy text as far as it is written: its last token is not read yet, or is the stop."""

    ids: list[int]
    place: int  # of the token read last


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
    model: PreTrainedModel, rows: Sequence[Row], pad_id: int, stop_id: int, longest_text: int
) -> list[list[Scored]]:
    """The scores of every question of every row, from one forward pass, and the texts.

    A text ends before the stop token, or after `longest_text` tokens.
    """
    trees = [{"input_ids": row.input_ids, "predecessors": row.predecessors} for row in rows]
    batch = {name: value.to(model.device) for name, value in pad_rows(trees, pad_id).items()}
    cache = DynamicCache()  # without a config no layer forgets what its window has left behind
    hidden = hidden_states(model, batch, cache)
    read = [_read_row(model, hidden[i], row, stop_id) for i, row in enumerate(rows)]
    _write_on(model, batch, cache, [texts for _, texts in read], stop_id, longest_text)
    return [
        [
            Scored(nats, _before(text.ids[:longest_text], stop_id))
            for nats, text in zip(*of_row, strict=True)
        ]
        for of_row in read
    ]


def _read_row(
    model: PreTrainedModel, hidden: torch.Tensor, row: Row, stop_id: int
) -> tuple[list[list[float]], list[Text]]:
    """The log-probability of every candidate of every question, and the texts as far as known."""
    steps = sorted({step for of_one in row.candidates for answer in of_one for step in answer})
    places = sorted({place for place, _ in steps} | set(row.roots))
    nats, best = _next_tokens(model, hidden[places], places, steps)
    tokens = zip(row.predecessors, row.input_ids, strict=True)
    children = {step: place for place, step in enumerate(tokens)}
    scores = [
        [sum(nats[step] for step in answer) for answer in answers] for answers in row.candidates
    ]
    return scores, [_greedy(root, best, children, stop_id) for root in row.roots]


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
) -> Text:
    """The most probable token again and again, as long as the row holds it."""
    ids = [best[place]]
    while ids[-1] != stop_id and (place, ids[-1]) in children:
        place = children[place, ids[-1]]
        ids.append(best[place])
    return Text(ids, place)


def _write_on(
    model: PreTrainedModel,
    batch: dict[str, torch.Tensor],
    cache: DynamicCache,
    texts: list[list[Text]],
    stop_id: int,
    longest: int,
) -> None:
    """Append to each text its most probable tokens, those of a batch of rows side by side."""
    device = batch["visible"].device
    unread = [[text for text in of_row if text.ids[-1] != stop_id] for of_row in texts]
    width = max(map(len, unread))

    def table(values: list[list[int]]) -> torch.Tensor:
        return torch.tensor([v + [0] * (width - len(v)) for v in values], device=device)  # (B, U)

    if not width:
        return
    places = table([[text.place for text in of_row] for of_row in unread])
    visible = batch["visible"].take_along_dim(places[..., None], dim=1)  # (B, U, T)
    key_positions = batch["position_ids"]
    itself = torch.eye(width, dtype=torch.bool, device=device).expand(len(texts), -1, -1)
    while any(_goes_on(text, stop_id, longest) for of_row in unread for text in of_row):
        visible = torch.cat([visible, itself], -1)
        positions = visible.sum(-1) - 1
        key_positions = torch.cat([key_positions, positions], 1)
        step = {
            "input_ids": table([[text.ids[-1] for text in of_row] for of_row in unread]),
            "visible": visible, "position_ids": positions, "key_positions": key_positions,
        }  # fmt: skip
        hidden = hidden_states(model, step, cache).flatten(0, 1)
        parts = hidden.split(targets_at_once(model))
        best = torch.cat([logits(model, part).argmax(-1) for part in parts])
        for of_row, tokens in zip(unread, best.view(-1, width).tolist(), strict=True):
            for text, token in zip(of_row, tokens, strict=False):
                if _goes_on(text, stop_id, longest):
                    text.ids.append(token)


def _goes_on(text: Text, stop_id: int, longest: int) -> bool:
    return text.ids[-1] != stop_id and len(text.ids) < longest


def _before(ids: list[int], stop_id: int) -> list[int]:
    return ids[:-1] if ids[-1] == stop_id else ids
