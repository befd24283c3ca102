"""Coordinate maps as YAML files (docs/cohort.md), one for each source."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.recordings.coordinate_maps import TARGETS, CoordinateMap, Rule
from biomechgpt.recordings.overrides import RATES_HZ, RATES_IN_WORDS
from biomechgpt.yaml_files import read_yaml

KEYS = {"description", "source", "recognise", "knee_flexion", "ignore", "aliases", "coordinates"}
KEYS |= {"frame_rate_hz"}
SIDES = ({"s": "r", "S": "R", "Side": "Right"}, {"s": "l", "S": "L", "Side": "Left"})


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
    mapping = content.get(key) or {}
    if not isinstance(mapping, dict):
        raise InputError(f"{path}: '{key}' must be a mapping")
    return mapping


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
