"""Which items each rater sees, in which order, and in which slot each arm stands."""

import math
from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np

FIRST, REPEAT = "first", "repeat"


class ShownItem(NamedTuple):
    """An item in a rater's form.

    `code` names it in the form and tells nothing; `name` is that of the item, equal for all raters.
    """

    code: str
    name: str
    time: str  # first | repeat
    arms: Sequence[str]  # in the order of the slots

    @property
    def slots(self) -> dict[str, str]:
        """The arm by slot."""
        return dict(zip(ascii_uppercase, self.arms, strict=False))


def deal(
    arms: Mapping[str, Sequence[str]],
    seen_by_all: Sequence[str],
    n_each: int | None,
    repeats: float,
    seed: int,
    raters: Sequence[str],
) -> dict[str, list[ShownItem]]:
    """Deal items, whose `arms` are by item name, to each rater in an order of its own.

    With `n_each` a rater sees that many of the items that are not `seen_by_all`: neighbours in a
    circle, so that all items have equally many raters, or one more. Some items of the first half come
    again in the second, `repeats` of all.
    """
    circle = [name for name in arms if name not in seen_by_all]
    hands = {}
    for place, rater in enumerate(raters):
        rng = np.random.default_rng([seed, place])
        start = place * len(circle) // len(raters)
        own = [circle[(start + i) % len(circle)] for i in range(n_each or len(circle))]
        order = _with_repeats([*own, *seen_by_all], repeats, rng)
        codes = _codes(len(order), rng)
        hands[rater] = [
            ShownItem(code, name, time, [str(arm) for arm in rng.permutation(arms[name])])
            for code, (name, time) in zip(codes, order, strict=True)
        ]
    return hands


def _with_repeats(
    names: Sequence[str], repeats: float, rng: np.random.Generator
) -> list[tuple[str, str]]:
    shuffled = [str(name) for name in rng.permutation(names)]
    half = math.ceil(len(shuffled) / 2)
    n_repeats = min(math.ceil(repeats * len(shuffled)), half)
    again = rng.choice(shuffled[:half], n_repeats, replace=False)
    later = [(name, FIRST) for name in shuffled[half:]] + [(str(name), REPEAT) for name in again]
    return [(name, FIRST) for name in shuffled[:half]] + [
        later[i] for i in rng.permutation(len(later))
    ]


def _codes(n: int, rng: np.random.Generator) -> list[str]:
    """Names that tell neither item nor order."""
    return [f"{code:08x}" for code in rng.choice(2**32, n, replace=False)]
