"""Coordinate maps: how the columns of one source model become the body's coordinates."""

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.recordings.readers import MotionError

PELVIS_ANGLES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
TARGETS = (*PELVIS_POSITION, *PELVIS_ANGLES, *JOINT_NAMES)
MIN_KNOWN_JOINTS = 4  # fewer and the file is no recording of a body
# Joints of Atlas, Talos and the Unitree H1, onto which LocoMuJoCo transfers people's movement under
# people's names for the legs, and of robots described in ROS.
ROBOT = re.compile(r".*(back_bk[xyz]|[lr]_arm_(sh[xyz]|el[xy])|_(roll|pitch|yaw)_joint)")


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


def fitting_maps(maps: list[CoordinateMap], names: Iterable[str]) -> list[CoordinateMap]:
    """The map that covers most joint angles, together with its twins, which cover as many.

    Twins differ in the sign of the knee only; a column that only one of them knows settles which it is.

    Raises:
        MotionError: `not_motion` where no map knows at least four joint angles or they are those of
            a robot, and `too_few_joints` where only columns that a map needs are missing.
    """
    names = list(names)
    if robot := next(filter(ROBOT.fullmatch, names), None):
        raise MotionError("not_motion", f"{robot} is a joint of a robot, and not of a person")
    fitting = [(len(_joints(item, names)), item) for item in maps if _fits(item, names)]
    most = max((n for n, _ in fitting), default=0)
    if most < MIN_KNOWN_JOINTS:
        raise _no_map(maps, names, most)
    best = [item for n, item in fitting if n == most]
    proven = [item for item in best if any(_matches(p, names) for p in item.proof)]
    return proven[:1] or best


def _no_map(maps: list[CoordinateMap], names: list[str], most: int) -> MotionError:
    """Why no map fits: a leg is missing, or the columns are unknown."""
    nearest = max(maps, key=lambda item: len(_joints(item, names)))
    needed = [pattern for pattern in nearest.required if not _matches(pattern, names)]
    if needed and any(name.startswith(("hip", "knee")) for name in _joints(nearest, names)):
        detail = f"no column {', '.join(needed)}, which map {nearest.name} needs"
        return MotionError("too_few_joints", f"{detail}: a movement has both legs")
    named = [name for name in names if any(letter.isalnum() for letter in name)]
    return MotionError(
        "not_motion",
        f"only {most} known joint angles among columns such as {', '.join(named[:5]) or 'none'}; if "
        "this is a motion, write a coordinate map for it (docs/cohort.md)",
    )


def _joints(item: CoordinateMap, names: Iterable[str]) -> set[str]:
    return set(covered(item, names)) & set(JOINT_NAMES)


def _matches(pattern: str, names: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


def _fits(item: CoordinateMap, names: Iterable[str]) -> bool:
    return all(_matches(p, names) for p in item.required) and not any(
        _matches(p, names) for p in item.absent
    )


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
    """The columns that neither a rule nor `ignore` names."""
    rules = coordinate_map.rules.values()
    used = {name for rule in rules for name in (*rule.terms, *rule.more_terms)}
    used |= coordinate_map.aliases.keys()
    return [
        n
        for n in names
        if n not in used and not any(fnmatchcase(n, p) for p in coordinate_map.ignore)
    ]
