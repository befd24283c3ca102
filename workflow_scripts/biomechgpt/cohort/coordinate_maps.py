"""Coordinate maps: how the columns of one source model become the body's coordinates."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.cohort.readers import MotionError, Note

PELVIS_ANGLES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
TARGETS = (*PELVIS_POSITION, *PELVIS_ANGLES, *JOINT_NAMES)
MIN_KNOWN_JOINTS = 4  # fewer and the file is no recording of a body
CLEAR_KNEE_RATIO = 3.0  # larger over smaller excursion, from where the knee's sign is beyond doubt


class Rule(NamedTuple):
    """One coordinate as a sum of source columns, each with a factor, plus an offset."""

    terms: dict[str, float]  # all must be present
    more_terms: dict[str, float]  # added where present
    offset_deg: float


class CoordinateMap(NamedTuple):
    """How the columns of one source model become coordinates; `name` is the file's name."""

    name: str
    rules: dict[str, Rule]  # coordinate -> rule
    aliases: dict[str, str]  # other column name -> the name the rules use
    ignore: tuple[str, ...]  # patterns of columns that are no coordinates
    required: tuple[str, ...]  # patterns that must all match a column
    absent: tuple[str, ...]  # patterns that must match none
    proof: tuple[str, ...]  # patterns of columns that only this source has
    knee_flexion: str  # positive | negative, in the source
    frame_rate_hz: float | None  # of files that carry no time


def rename(coordinate_map: CoordinateMap, names: Iterable[str]) -> dict[str, str]:
    """Column name of the map's rules -> column name of the file, aliases resolved."""
    names = list(names)
    known = {name: name for name in names}
    for other, name in coordinate_map.aliases.items():
        if other in known:
            known.setdefault(name, other)
    return known


def covered(coordinate_map: CoordinateMap, names: Iterable[str]) -> list[str]:
    """The coordinates for which all columns are there."""
    known = rename(coordinate_map, names)
    return [
        target for target, rule in coordinate_map.rules.items() if rule.terms.keys() <= known.keys()
    ]


def choose_map(
    maps: list[CoordinateMap], columns: Mapping[str, np.ndarray]
) -> tuple[CoordinateMap, list[Note]]:
    """The map that covers most joint angles; twins are told apart by the sign of the knee.

    OpenSim's Rajagopal and Hamner models bear the same names with opposite knees. A column that
    only one of them has decides; else the larger excursion of the knee does, with a note where
    it is not at least three times the smaller one.

    Raises:
        MotionError: `not_motion` where no map knows at least four joint angles.
    """
    fitting = [(len(_joints(item, columns)), item) for item in maps if _fits(item, columns)]
    most = max((n for n, _ in fitting), default=0)
    if most < MIN_KNOWN_JOINTS:
        some = ", ".join(list(columns)[:5])
        raise MotionError(
            "not_motion",
            f"only {most} known joint angles among columns such as {some}; if this is a motion, "
            "write a coordinate map for it (docs/cohort.md)",
        )
    best = [item for n, item in fitting if n == most]
    proven = [item for item in best if any(_matches(p, columns) for p in item.proof)]
    if proven:
        return proven[0], []
    return _by_knee(best, columns)


def _joints(item: CoordinateMap, columns: Mapping[str, np.ndarray]) -> set[str]:
    return set(covered(item, columns)) & set(JOINT_NAMES)


def _matches(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _fits(item: CoordinateMap, columns: Mapping[str, np.ndarray]) -> bool:
    return all(_matches(p, columns) for p in item.required) and not any(
        _matches(p, columns) for p in item.absent
    )


def _by_knee(
    best: list[CoordinateMap], columns: Mapping[str, np.ndarray]
) -> tuple[CoordinateMap, list[Note]]:
    signs = {item.knee_flexion for item in best}
    if len(signs) == 1:
        return best[0], []
    low, high = _knee_excursion(best[0], columns)
    sign = "positive" if high > -low else "negative"
    chosen = next(item for item in best if item.knee_flexion == sign)
    larger, smaller = max(high, -low), max(min(high, -low), 0.0)
    if larger >= CLEAR_KNEE_RATIO * smaller and larger > 0:
        return chosen, []
    detail = (
        f"taken as {chosen.name} (knee flexion {sign}), but the knee moves about equally to both "
        "sides; if that is wrong, name the map in column coordinate_map of trials.tsv"
    )
    return chosen, [Note("knee_sign_inferred", detail)]


def _knee_excursion(item: CoordinateMap, columns: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """1st and 99th percentile of both knees, in the file's unit and sign."""
    known = rename(item, columns)
    names = [
        known[name]
        for side in "rl"
        for name in item.rules[f"knee_angle_{side}"].terms
        if name in known
    ]
    values = np.concatenate([columns[name] for name in names] or [np.zeros(1)])
    values = values[np.isfinite(values)]
    return tuple(np.percentile(values, [1, 99])) if len(values) else (0.0, 0.0)


def apply_map(
    coordinate_map: CoordinateMap, columns: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """The coordinates that the columns give, (T,) each, still in the file's unit, no offsets."""
    known = rename(coordinate_map, columns)
    mapped = {}
    for target in covered(coordinate_map, columns):
        rule = coordinate_map.rules[target]
        more = {name: factor for name, factor in rule.more_terms.items() if name in known}
        terms = rule.terms | more
        mapped[target] = sum(columns[known[name]] * factor for name, factor in terms.items())
    return mapped


def unknown_columns(coordinate_map: CoordinateMap, names: Iterable[str]) -> list[str]:
    """The columns that neither a rule nor `ignore` speaks of."""
    rules = coordinate_map.rules.values()
    used = {name for rule in rules for name in (*rule.terms, *rule.more_terms)}
    used |= coordinate_map.aliases.keys()
    return [
        n
        for n in names
        if n not in used and not any(fnmatchcase(n, p) for p in coordinate_map.ignore)
    ]
