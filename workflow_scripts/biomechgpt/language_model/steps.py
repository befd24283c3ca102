"""Which examples each optimiser step learns from, and at which rate."""

import math
from collections.abc import Sequence

import numpy as np

from biomechgpt.language_model.examples import Example

BATCHES_SORTED_TOGETHER = 16


def plan_steps(
    passes: Sequence[Sequence[Example]], epochs: float, batch_size: int, seed: int
) -> list[list[Example]]:
    """What every optimiser step learns from, so that resuming needs no sampler state.

    Each pass is shuffled; the last is cut where `epochs` is not whole. Of about 16 batches in a row
    the examples are sorted by length, cut into batches of about `batch_size` questions, and the
    batches shuffled.
    """
    random = np.random.default_rng(seed)
    shuffled = [[examples[i] for i in random.permutation(len(examples))] for examples in passes]
    order = [example for examples in shuffled for example in examples]
    order = order[: max(1, round(epochs * len(order) / len(passes)))]
    steps = []
    for chunk in cut_by_questions(order, batch_size * BATCHES_SORTED_TOGETHER):
        batches = cut_by_questions(sorted(chunk, key=Example.length), batch_size)
        steps += [batches[i] for i in random.permutation(len(batches))]
    return steps


def cut_by_questions(examples: Sequence[Example], size: int) -> list[list[Example]]:
    """`examples` in their order, in parts with as nearly `size` questions as whole examples allow."""
    parts: list[list[Example]] = [[]]
    n_questions = 0
    for example in examples:
        more = n_questions + len(example.questions)
        if parts[-1] and abs(more - size) > abs(n_questions - size):
            parts.append([])
            more = len(example.questions)
        parts[-1].append(example)
        n_questions = more
    return parts


def rate_share(step: int, n_steps: int, warmup_fraction: float) -> float:
    """Share of the learning rate for the step after `step` steps: a linear warm-up, then a cosine to 0."""
    n_warmup = round(warmup_fraction * n_steps)
    if step < n_warmup:
        return step / n_warmup
    done = (step - n_warmup) / max(1, n_steps - n_warmup)
    return 0.5 * (1 + math.cos(math.pi * done))
