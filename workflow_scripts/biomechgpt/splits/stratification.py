"""Spread people over sides so that every label keeps its share, rare labels first."""

import hashlib
import itertools
from collections import Counter
from typing import NamedTuple

Label = tuple[int, str]  # rank of the column in stratify_by, value


class Unit(NamedTuple):
    """Participants that stay together, the role of their cohort and the labels they carry."""

    participants: tuple[str, ...]
    role: str  # both | train | test
    labels: frozenset[Label]


def stratify(units: list[Unit], sizes: list[int], seed: str) -> list[list[Unit]]:
    """Divide `units` over sides of about `sizes` participants; needs as many units as sides.

    The greedy rule of Sechidis, Tsoumakas and Vlahavas (2011): take the label with the fewest units
    left and give each of them to the side that lacks this label most, ties to the side that lacks
    the unit's other labels most, then to the emptiest. Beyond the rule, a full side takes no more
    and no side stays empty; swaps then mend what a side missed because it was full.
    """
    total, count = sum(sizes), _count_labels(units)
    lack = [{label: n * size / total for label, n in count.items()} for size in sizes]
    room, sides = list(sizes), [[] for _ in sizes]
    left = sorted(units, key=lambda unit: draw(seed, unit.participants[0]))
    remaining = _count_labels(left)
    while left:
        rarest = min(remaining, key=lambda label: (remaining[label], label), default=None)
        unit = max(left, key=lambda unit: (rarest in unit.labels, len(unit.participants)))
        best = _choose_side(unit, rarest, lack, room, sides, len(left))
        left.remove(unit)
        remaining -= Counter(unit.labels)  # which also forgets labels that nobody left has
        sides[best].append(unit)
        room[best] -= len(unit.participants)
        for label in unit.labels:
            lack[best][label] -= 1
    _swap(sides, lack, {label: _column_weight(label) / n for label, n in count.items()})
    return sides


def draw(seed: str, name: str) -> str:
    """A random key for `name`, the same on every machine and whichever other names there are."""
    return hashlib.sha256(f"{seed}/{name}".encode()).hexdigest()


def _count_labels(units: list[Unit]) -> Counter:
    return Counter(label for unit in units for label in unit.labels)


def _column_weight(label: Label) -> float:
    """The first column of `stratify_by` weighs most."""
    return 1 / (1 + label[0])


def _choose_side(
    unit: Unit,
    rarest: Label | None,
    lack: list[dict[Label, float]],
    room: list[int],
    sides: list[list[Unit]],
    n_left: int,
) -> int:
    """The side that lacks the unit most, among those that may take it."""
    empty = [side for side, units in enumerate(sides) if not units]
    fitting = [side for side in range(len(sides)) if room[side] >= len(unit.participants)]
    if not fitting or len(empty) == n_left:
        return max(empty if len(empty) == n_left else range(len(sides)), key=room.__getitem__)

    def need(side: int) -> tuple[float, float, int]:
        others = sum(lack[side][label] * _column_weight(label) for label in sorted(unit.labels))
        return round(lack[side].get(rarest, 0), 6), round(others, 6), room[side]

    # The draw by participant keeps ties from always going to the first side.
    return max(fitting, key=lambda side: (need(side), draw(str(side), unit.participants[0])))


def _swap(
    sides: list[list[Unit]], lack: list[dict[Label, float]], weight: dict[Label, float]
) -> None:
    """Exchange units of equal size while that lowers the weighted sum of squared lacks."""
    improved = True
    while improved:
        improved = False
        for a, b in itertools.combinations(range(len(sides)), 2):
            places = itertools.product(range(len(sides[a])), range(len(sides[b])))
            for i, j in places:
                first, second = sides[a][i], sides[b][j]
                if len(first.participants) == len(second.participants) and (
                    _gain(first, second, lack[a], lack[b], weight) > 1e-9
                ):
                    sides[a][i], sides[b][j] = second, first
                    for label in first.labels:
                        lack[a][label] += 1
                        lack[b][label] -= 1
                    for label in second.labels:
                        lack[a][label] -= 1
                        lack[b][label] += 1
                    improved = True


def _gain(
    first: Unit,
    second: Unit,
    lack_first: dict[Label, float],
    lack_second: dict[Label, float],
    weight: dict[Label, float],
) -> float:
    """By how much the weighted sum of squared lacks falls when two units change places."""
    leaving, coming = first.labels - second.labels, second.labels - first.labels
    return sum(
        weight[label] * (lack_second[label] - lack_first[label] - 1) for label in sorted(leaving)
    ) + sum(
        weight[label] * (lack_first[label] - lack_second[label] - 1) for label in sorted(coming)
    )
