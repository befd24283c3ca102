"""Skeleton maps: which of a source's points are the joint centres that joint angles are made of.

A map is a YAML file (resources/skeletons, docs/joint_centres.md), one for each layout.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from biomechgpt.body.inverse_kinematics import SPINE_LEAN_RAD
from biomechgpt.errors import InputError
from biomechgpt.recordings.coordinate_map_files import both_sides
from biomechgpt.recordings.overrides import LENGTH_UNITS, RATES_HZ, RATES_IN_WORDS, UP_AXES
from biomechgpt.yaml_files import read_yaml

SIDED = ("hip", "knee", "ankle", "heel", "toe", "shoulder", "elbow", "wrist")
LANDMARKS = (
    *(f"{name}_{side}" for name in (*SIDED, "knee_outer") for side in "rl"),
    *("lumbar", "thorax", "head", "head_top", "head_right"),
)
NEEDED = tuple(f"{name}_{side}" for name in ("hip", "knee", "ankle") for side in "rl")
KEYS = {"description", "source", "points", "aliases", "may_lack", "landmarks", "spine_lean_deg"}
KEYS |= {"length_unit", "up_axis", "handedness", "frame_rate_hz", "only_by_name"}
LARGEST_UNIT_M = 1000.0


class Skeleton(NamedTuple):
    """The points of one layout; `name` is the file's name. All names of points are plain."""

    name: str
    points: tuple[str, ...]  # in the order of files without names
    may_lack: int  # so many of the last points may be absent from such files
    aliases: dict[str, str]  # other name of a point -> its name in `points`
    landmarks: dict[str, tuple[str, ...]]  # joint centre -> the points whose middle it is
    spine_lean_rad: float  # how far the line from hips to `lumbar` leans back, standing upright
    unit_m: float | None  # the unit of length in m, of files that do not say
    up_axis: str | None  # where files of this layout agree on one
    left_handed: bool
    frame_rate_hz: float | None  # of files that carry no time
    only_by_name: bool  # never taken for a file without names


def plain_name(name: str) -> str:
    """A point's name without capitals and separators: `HipLeft`, `HIP_LEFT` and `hip left` agree."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def read_skeletons(paths: Iterable[os.PathLike]) -> list[Skeleton]:
    """Read skeleton maps from YAML files, ordered by name.

    Raises:
        InputError: a file is no skeleton map; the message names the file and the key.
    """
    return sorted((_read_skeleton(Path(path)) for path in paths), key=lambda item: item.name)


def _read_skeleton(path: Path) -> Skeleton:
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: a skeleton map needs the keys 'points' and 'landmarks'")
    if unknown := set(content) - KEYS:
        raise InputError(f"{path}: unknown key {min(unknown, key=str)!r}; known: {sorted(KEYS)}")
    points = _points(content.get("points"), path)
    lean_deg = content.get("spine_lean_deg", np.degrees(SPINE_LEAN_RAD))
    return Skeleton(
        name=path.stem,
        points=points,
        may_lack=int(_number(content, "may_lack", (0, len(points)), path) or 0),
        aliases=_aliases(content.get("aliases", {}), points, path),
        landmarks=_landmarks(content.get("landmarks"), points, path),
        spine_lean_rad=np.radians(_number({"spine_lean_deg": lean_deg}, "spine_lean_deg", (-90, 90), path)),
        unit_m=_unit_m(content, path),
        up_axis=_choice(content, "up_axis", UP_AXES, path),
        left_handed=_choice(content, "handedness", ("right", "left"), path) == "left",
        frame_rate_hz=_number(content, "frame_rate_hz", RATES_HZ, path),
        only_by_name=_choice(content, "only_by_name", (True, False), path) or False,
    )  # fmt: skip


def _points(entries: object, path: Path) -> tuple[str, ...]:
    if not isinstance(entries, list) or not all(isinstance(item, str) for item in entries):
        raise InputError(f"{path}: 'points' must list the names of all points, in their order")
    points = tuple(plain_name(item) for item in entries)
    if "" in points or len(set(points)) < len(points):
        raise InputError(f"{path}: 'points' must be names that differ in letters or digits")
    return points


def _aliases(entries: object, points: tuple[str, ...], path: Path) -> dict[str, str]:
    if not isinstance(entries, dict):
        raise InputError(f"{path}: 'aliases' must map other names to names of 'points'")
    entries = both_sides(entries)
    for other, name in entries.items():
        if (
            not isinstance(other, str)
            or not isinstance(name, str)
            or plain_name(name) not in points
        ):
            raise InputError(f"{path}: 'aliases.{other}' must be one of 'points', not {name!r}")
    return {plain_name(other): plain_name(name) for other, name in entries.items()}


def _landmarks(entries: object, points: tuple[str, ...], path: Path) -> dict[str, tuple[str, ...]]:
    if not isinstance(entries, dict):
        raise InputError(f"{path}: 'landmarks' must map joint centres to names of 'points'")
    landmarks = {}
    for landmark, names in _sided_landmarks(entries).items():
        if landmark not in LANDMARKS:
            known = ", ".join(LANDMARKS)
            raise InputError(f"{path}: 'landmarks.{landmark}' is no joint centre; known: {known}")
        for name in names:
            if not isinstance(name, str) or plain_name(name) not in points:
                raise InputError(f"{path}: 'landmarks.{landmark}': {name!r} is none of 'points'")
        landmarks[landmark] = tuple(plain_name(name) for name in names)
    if missing := [name for name in NEEDED if not landmarks.get(name)]:
        raise InputError(f"{path}: 'landmarks' lacks {', '.join(missing)}")
    return landmarks


def _sided_landmarks(entries: Mapping) -> dict[str, list]:
    """Both sides written out, each landmark with a list of points."""
    lists = {key: names if isinstance(names, list) else [names] for key, names in entries.items()}
    sided: dict[str, list] = {}
    for key, names in lists.items():
        for name in names:
            for landmark, point in both_sides({key: name}).items():
                sided.setdefault(landmark, []).append(point)
    return sided


def _unit_m(content: Mapping, path: Path) -> float | None:
    """The unit of length in m, which a map gives by its name or as a number of metres."""
    unit = content.get("length_unit")
    if isinstance(unit, int | float):
        return _number(content, "length_unit", (1e-6, LARGEST_UNIT_M), path)
    name = _choice(content, "length_unit", tuple(LENGTH_UNITS), path)
    return name and LENGTH_UNITS[name]


def _choice(content: Mapping, key: str, known: tuple, path: Path) -> Any:
    value = content.get(key)
    if value is not None and value not in known:
        words = ", ".join(map(str, known))
        raise InputError(f"{path}: '{key}' must be one of {words}, not {value!r}")
    return value


def _number(content: Mapping, key: str, limits: tuple[float, float], path: Path) -> float | None:
    value = content.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not (is_number and limits[0] <= value <= limits[1]):
        words = (
            RATES_IN_WORDS if limits == RATES_HZ else f"a number from {limits[0]} to {limits[1]}"
        )
        raise InputError(f"{path}: '{key}' must be {words}, not {value!r}")
    return value
