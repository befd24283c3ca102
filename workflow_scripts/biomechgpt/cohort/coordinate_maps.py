"""Coordinate maps: how the columns of one source model become the body's coordinates.

A map is a YAML file (resources/coordinate_maps, docs/cohort.md); one more file is one more source.
"""

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.cohort.readers import MotionError, Note
from biomechgpt.cohort.tables import RATES_HZ, RATES_IN_WORDS
from biomechgpt.errors import InputError
from biomechgpt.yaml_files import read_yaml

PELVIS_ANGLES = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
TARGETS = (*PELVIS_POSITION, *PELVIS_ANGLES, *JOINT_NAMES)
SIDES = ({"s": "r", "S": "R", "Side": "Right"}, {"s": "l", "S": "L", "Side": "Left"})
KEYS = {"description", "source", "recognise", "knee_flexion", "ignore", "aliases", "coordinates"}
KEYS |= {"frame_rate_hz"}
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


def read_coordinate_maps(paths: Iterable[os.PathLike]) -> list[CoordinateMap]:
    """Read maps from YAML files, ordered by name.

    Raises:
        InputError: a file is no map; the message names the file and the key.
    """
    maps = sorted((_read_map(Path(path)) for path in paths), key=lambda item: item.name)
    names = [item.name for item in maps]
    if len(set(names)) < len(names):
        raise InputError(f"two coordinate maps have the same file name: {', '.join(names)}")
    return maps


def _read_map(path: Path) -> CoordinateMap:
    content = read_yaml(path)
    if not isinstance(content, dict) or not isinstance(content.get("coordinates"), dict):
        raise InputError(f"{path}: a coordinate map needs the key 'coordinates'")
    if unknown := set(content) - KEYS:
        raise InputError(f"{path}: unknown key {min(unknown, key=str)!r}; known: {sorted(KEYS)}")
    if content.get("knee_flexion") not in ("positive", "negative"):
        raise InputError(f"{path}: 'knee_flexion' must be positive or negative, as in the source")
    recognise, rate_hz = _mapping(content, "recognise", path), content.get("frame_rate_hz")
    if rate_hz is not None and not (_is_number(rate_hz) and RATES_HZ[0] <= rate_hz <= RATES_HZ[1]):
        raise InputError(f"{path}: 'frame_rate_hz' must be {RATES_IN_WORDS}")
    if unknown := set(recognise) - {"required", "absent", "proof"}:
        raise InputError(f"{path}: unknown key 'recognise.{min(unknown, key=str)}'")
    aliases = _mapping(content, "aliases", path)
    if not all(isinstance(name, str) for pair in aliases.items() for name in pair):
        raise InputError(f"{path}: 'aliases' must map column names to column names")
    return CoordinateMap(
        name=path.stem,
        rules=_rules(content["coordinates"], path),
        aliases=both_sides(aliases),
        ignore=_patterns(content, "ignore", path),
        required=_patterns(recognise, "required", path),
        absent=_patterns(recognise, "absent", path),
        proof=_patterns(recognise, "proof", path),
        knee_flexion=content["knee_flexion"],
        frame_rate_hz=rate_hz,
    )


def _mapping(content: Mapping, key: str, path: Path) -> dict:
    found = content.get(key) or {}
    if not isinstance(found, dict):
        raise InputError(f"{path}: '{key}' must be a mapping")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9


def _patterns(content: Mapping, key: str, path: Path) -> tuple[str, ...]:
    patterns = content.get(key) or []
    if not isinstance(patterns, list) or not all(isinstance(item, str) for item in patterns):
        raise InputError(f"{path}: '{key}' must be a list of column names or patterns")
    return tuple(patterns)


def both_sides(entries: Mapping) -> dict:
    """Write out `{s}`, `{S}` and `{Side}` for the right and the left side."""
    written = {}
    for key, value in entries.items():
        for side in SIDES if "{" in f"{key}{value}" else SIDES[:1]:
            written[_fill(key, side)] = _fill(value, side)
    return written


def _fill(value: object, side: Mapping[str, str]) -> object:
    if isinstance(value, str):
        for key, text in side.items():
            value = value.replace(f"{{{key}}}", text)
        return value
    if isinstance(value, dict):
        return {_fill(key, side): _fill(item, side) for key, item in value.items()}
    return value


def _rules(entries: Mapping, path: Path) -> dict[str, Rule]:
    rules = {}
    for coordinate, entry in both_sides(entries).items():
        if coordinate not in TARGETS:
            raise InputError(
                f"{path}: 'coordinates.{coordinate}' is no coordinate; known: {', '.join(TARGETS)}"
            )
        rules[coordinate] = _rule(entry, f"{path}: 'coordinates.{coordinate}'")
    return rules


def _rule(entry: object, where: str) -> Rule:
    if isinstance(entry, str):
        entry = {"sum": {entry.removeprefix("-"): -1 if entry.startswith("-") else 1}}
    if not isinstance(entry, dict) or not entry.get("sum") or set(entry) - {
        "sum", "sum_if_present", "offset_deg",
    }:  # fmt: skip
        raise InputError(
            f"{where} needs a column name or {{sum: {{column: factor}}, offset_deg: 0}}"
        )
    terms, more = entry["sum"], entry.get("sum_if_present") or {}
    offset_deg = entry.get("offset_deg", 0)
    if not isinstance(terms, dict) or not isinstance(more, dict):
        raise InputError(f"{where}: a sum maps column names to factors")
    for name in (*terms, *more):
        if not isinstance(name, str):
            raise InputError(f"{where}: {name!r} is no column name; quote it")
    for number in (*terms.values(), *more.values(), offset_deg):
        if not _is_number(number):
            raise InputError(f"{where}: {str(number)[:40]!r} is no number")
    return Rule(dict(terms), dict(more), float(offset_deg))


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
