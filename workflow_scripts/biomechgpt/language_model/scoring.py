"""Score the candidate answers to all questions about a trial in one pass, and continue its texts.

A trial is a tree of tokens: its motion, behind it the questions, and behind each question the
beginnings of its candidate answers. One forward pass gives the probability of every candidate. The
greedy text of a question follows the tree as far as it can and goes on from the same key-value cache.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from transformers import DynamicCache, PreTrainedModel

from biomechgpt.language_model.batches import pad_rows, soft_tokens
from biomechgpt.language_model.examples import EncodedMotion
from biomechgpt.language_model.forward import hidden_states, logits, targets_at_once

Step = tuple[int, int]  # a node of a tree (its place in `input_ids`), and the token that follows it


class TokenTree(NamedTuple):
    """A trial as a tree of tokens, with the candidate answers to each of its questions as steps."""

    motion: EncodedMotion
    input_ids: list[int]
    predecessors: list[int]
    roots: list[int]  # where each question ends
    candidates: list[list[list[Step]]]


class QuestionScore(NamedTuple):
    """The summed log-probability of every candidate (O,), and the greedy text, as token ids."""

    log_probabilities: list[float]
    text: list[int]


class GreedyText(NamedTuple):
    """A text that is being written: its last token is the stop token or has not been read yet."""

    ids: list[int]
    node: int  # of the token read last


def trial_tree(
    motion: EncodedMotion,
    questions: Sequence[Sequence[int]],
    candidates: Sequence[Sequence[Sequence[int]]],
) -> TokenTree:
    """The tree of a motion, its questions and the candidate answers to each question, as token ids.

    The last token of a candidate is predicted and never read.
    """
    n_motion = len(motion.ids)
    tree = TokenTree(motion, list(motion.ids), list(range(-1, n_motion - 1)), [], [])
    for question, answers in zip(questions, candidates, strict=True):
        node = n_motion - 1
        for token in question:
            node = _append(tree, token, node)
        tree.roots.append(node)
        tree.candidates.append(_branch(tree, node, [tuple(answer) for answer in answers]))
    return tree


def _append(tree: TokenTree, token: int, predecessor: int) -> int:
    """Put `token` behind the node `predecessor`; return its own node."""
    tree.input_ids.append(token)
    tree.predecessors.append(predecessor)
    return len(tree.input_ids) - 1


def _branch(tree: TokenTree, root: int, answers: list[tuple[int, ...]]) -> list[list[Step]]:
    """Put every proper beginning of the answers behind `root` once; return the answers' steps."""
    nodes = {(): root}
    for answer in sorted(answers):  # so that shared beginnings are adjacent
        for end in range(1, len(answer)):
            if answer[:end] not in nodes:
                before = nodes[answer[: end - 1]]
                nodes[answer[:end]] = _append(tree, answer[end - 1], before)
    return [
        [(nodes[answer[:end]], token) for end, token in enumerate(answer)] for answer in answers
    ]


def score(
    model: PreTrainedModel, trees: Sequence[TokenTree], pad_id: int, stop_id: int, max_tokens: int
) -> list[list[QuestionScore]]:
    """For each tree the scores of the candidates of each question, and the greedy texts.

    A text ends before the stop token, or after `max_tokens` tokens.
    """
    rows = [{"input_ids": tree.input_ids, "predecessors": tree.predecessors} for tree in trees]
    batch = pad_rows(rows, pad_id) | soft_tokens([tree.motion for tree in trees])
    batch = {name: value.to(model.device) for name, value in batch.items()}
    cache = DynamicCache()  # without a config no layer drops what has left its sliding window
    hidden = hidden_states(model, batch, cache)
    scores = [_score_tree(model, hidden[i], tree, stop_id) for i, tree in enumerate(trees)]
    _continue_texts(model, batch, cache, [texts for _, texts in scores], stop_id, max_tokens)
    return [
        [
            QuestionScore(log_probabilities, _before_stop(text.ids[:max_tokens], stop_id))
            for log_probabilities, text in zip(*questions, strict=True)
        ]
        for questions in scores
    ]


def _score_tree(
    model: PreTrainedModel, hidden: torch.Tensor, tree: TokenTree, stop_id: int
) -> tuple[list[list[float]], list[GreedyText]]:
    """By question the log-probability of every candidate, and the text as far as the tree reaches."""
    steps = sorted({step for answers in tree.candidates for answer in answers for step in answer})
    nodes = sorted({node for node, _ in steps} | set(tree.roots))
    nats, best = _next_tokens(model, hidden[nodes], nodes, steps)
    tokens = zip(tree.predecessors, tree.input_ids, strict=True)
    children = {step: node for node, step in enumerate(tokens)}
    sums = [
        [sum(nats[step] for step in answer) for answer in answers] for answers in tree.candidates
    ]
    return sums, [_greedy(root, best, children, stop_id) for root in tree.roots]


def _next_tokens(
    model: PreTrainedModel, hidden: torch.Tensor, nodes: list[int], steps: list[Step]
) -> tuple[dict[Step, float], dict[int, int]]:
    """Log-probability of every step, and the most probable token behind every node.

    `hidden` are the hidden states (N, D) of the sorted `nodes`, `steps` are sorted as well.
    """
    nats, best, size, n_done = {}, {}, targets_at_once(model), 0
    for start in range(0, len(nodes), size):
        part = nodes[start : start + size]
        scores = logits(model, hidden[start : start + size]).float()
        best |= dict(zip(part, scores.argmax(-1).tolist(), strict=True))
        part_steps = [step for step in steps[n_done:] if step[0] <= part[-1]]
        n_done += len(part_steps)
        row_of = {node: row for row, node in enumerate(part)}
        rows = torch.tensor([row_of[node] for node, _ in part_steps], dtype=torch.long)
        tokens = torch.tensor([token for _, token in part_steps], dtype=torch.long)
        log_probabilities = scores.log_softmax(-1)[rows, tokens].tolist()
        nats |= dict(zip(part_steps, log_probabilities, strict=True))
    return nats, best


def _greedy(node: int, best: dict[int, int], children: dict[Step, int], stop_id: int) -> GreedyText:
    """The most probable tokens behind `node`, one after another, as far as the tree holds them."""
    ids = [best[node]]
    while ids[-1] != stop_id and (node, ids[-1]) in children:
        node = children[node, ids[-1]]
        ids.append(best[node])
    return GreedyText(ids, node)


def _continue_texts(
    model: PreTrainedModel,
    batch: dict[str, torch.Tensor],
    cache: DynamicCache,
    texts: list[list[GreedyText]],
    stop_id: int,
    max_tokens: int,
) -> None:
    """Append the most probable tokens to the texts of each row, in place, all of them side by side."""
    device = batch["visible"].device
    open_texts = [[text for text in row if text.ids[-1] != stop_id] for row in texts]
    width = max(map(len, open_texts))

    def table(values: list[list[int]]) -> torch.Tensor:
        return torch.tensor([v + [0] * (width - len(v)) for v in values], device=device)  # (B, U)

    if not width:
        return
    nodes = table([[text.node for text in row] for row in open_texts])
    visible = batch["visible"].take_along_dim(nodes[..., None], dim=1)  # (B, U, T)
    key_positions = batch["position_ids"]
    itself = torch.eye(width, dtype=torch.bool, device=device).expand(len(texts), -1, -1)
    while any(_is_open(text, stop_id, max_tokens) for row in open_texts for text in row):
        visible = torch.cat([visible, itself], -1)
        positions = visible.sum(-1) - 1
        key_positions = torch.cat([key_positions, positions], 1)
        step = {
            "input_ids": table([[text.ids[-1] for text in row] for row in open_texts]),
            "visible": visible, "position_ids": positions, "key_positions": key_positions,
        }  # fmt: skip
        hidden = hidden_states(model, step, cache).flatten(0, 1)
        parts = hidden.split(targets_at_once(model))
        best = torch.cat([logits(model, part).argmax(-1) for part in parts])
        for row, tokens in zip(open_texts, best.view(-1, width).tolist(), strict=True):
            for text, token in zip(row, tokens, strict=False):
                if _is_open(text, stop_id, max_tokens):
                    text.ids.append(token)


def _is_open(text: GreedyText, stop_id: int, max_tokens: int) -> bool:
    return text.ids[-1] != stop_id and len(text.ids) < max_tokens


def _before_stop(ids: list[int], stop_id: int) -> list[int]:
    return ids[:-1] if ids[-1] == stop_id else ids
