"""From the columns of a file to points in space, and which skeleton map they belong to."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from biomechgpt.recordings.joint_centres.layouts import NEEDED, Skeleton, plain_name
from biomechgpt.recordings.readers import MotionError

AXIS_BEHIND = re.compile(
    r"(.*?)[\s_.:/-]*([xyz])(?:[\s_]*[(\[]?(mm|cm|m|in)[)\]]?)?", re.IGNORECASE
)
AXIS_BEFORE = re.compile(
    r"([xyz])[\s_.:/-]*(.+?)(?:[\s_]+[(\[]?(mm|cm|m|in)[)\]]?)?", re.IGNORECASE
)
NUMBERED = re.compile(r"(?:joint|landmark|keypoint|point|marker|kp|j|p)?(\d+)")
NAMED_POINTS = 5  # in a message


class Points(NamedTuple):
    """The points of a recording, in the file's own axes and unit."""

    positions: dict[str, np.ndarray]  # plain name, or the number as text -> (T, 3)
    length_unit: str | None  # where the names of the columns say it
    columns: frozenset[str]  # that are part of a point


def read_points(columns: Mapping[str, np.ndarray]) -> Points:
    """Gather the columns that are x, y and z of one point; other columns are left alone."""
    for pattern, axis_group, name_group in ((AXIS_BEHIND, 2, 1), (AXIS_BEFORE, 1, 2)):
        gathered: dict[str, dict[str, str]] = {}
        units = set()
        for column in columns:
            if match := pattern.fullmatch(column):
                key = point_name(match.group(name_group))
                gathered.setdefault(key, {}).setdefault(match.group(axis_group).lower(), column)
                units.add(match.group(3))
        whole = {name: axes for name, axes in gathered.items() if name and len(axes) == 3}
        if whole:
            break
    positions = {
        name: np.stack([columns[axes[axis]] for axis in "xyz"], axis=1)
        for name, axes in whole.items()
    }
    unit = units.pop() if len(units) == 1 else None
    used = frozenset(column for axes in whole.values() for column in axes.values())
    return Points(positions, unit and unit.lower(), used)


def point_name(name: str) -> str:
    """How a point of a file is called in `Points`: its plain name, or its number alone."""
    plain = plain_name(name)
    numbered = NUMBERED.fullmatch(plain)
    return str(int(numbered.group(1))) if numbered else plain


def choose_skeleton(
    skeletons: list[Skeleton], points: Points, stated: str | None
) -> Skeleton | None:
    """The skeleton map whose points these are: the stated one, else by names, else by their number.

    Of several maps that fit by name it is the one that knows most points, then one that files without
    names may have, then the smallest; None where the columns are no joint centres.

    Raises:
        MotionError: `skeleton_unknown` where points without names fit no map or several, or the
            stated map lacks a point; `not_motion` where points in a unit of length fit no map.
    """
    if stated is not None:
        skeleton = next(item for item in skeletons if item.name == stated)
        if missing := _missing(skeleton, points):
            raise MotionError(
                "skeleton_unknown",
                f"skeleton {stated} is named in trials.tsv, but the file has no {missing[0]}",
            )
        return skeleton
    if points.positions and all(name.isdigit() for name in points.positions):
        return _by_number(skeletons, points)
    fitting = [item for item in skeletons if not _missing(item, points)]
    if not fitting and points.length_unit is not None:
        some = ", ".join(list(points.positions)[:NAMED_POINTS])
        raise MotionError(
            "not_motion",
            f"the file holds no joint angles, only markers or points such as {some}, and no "
            "skeleton map has them as hips, knees and ankles; run the gait model (e.g. Plug-in "
            "Gait) and export its output angles, or write a skeleton map (docs/joint_centres.md)",
        )
    return max(fitting, key=lambda item: _fit(item, points), default=None)


def _by_number(skeletons: list[Skeleton], points: Points) -> Skeleton:
    n_points = len(points.positions)
    fitting = [item for item in skeletons if not _missing(item, points)]
    if len(fitting) == 1:
        return fitting[0]
    which = f"are those of {' and '.join(s.name for s in fitting)}" if fitting else "fit no map"
    raise MotionError(
        "skeleton_unknown",
        f"{n_points} points without names {which}; name the skeleton map in column skeleton of "
        "trials.tsv (docs/joint_centres.md)",
    )


def _fit(skeleton: Skeleton, points: Points) -> tuple[int, bool, int]:
    known = known_points(skeleton, points).keys() & set(skeleton.points)
    return len(known), not skeleton.only_by_name, -len(skeleton.points)


def known_points(skeleton: Skeleton, points: Points) -> dict[str, str]:
    """Point of the map -> name in `points`."""
    names = list(points.positions)
    if all(name.isdigit() for name in names):
        if skeleton.only_by_name:
            return {}
        counts = range(len(skeleton.points) - skeleton.may_lack, len(skeleton.points) + 1)
        complete = len(names) in counts and set(names) == {str(i) for i in range(len(names))}
        return {name: str(i) for i, name in enumerate(skeleton.points)} if complete else {}
    known = {name: name for name in names}
    for other, name in skeleton.aliases.items():
        if other in points.positions:
            known.setdefault(name, other)
    return known


def _missing(skeleton: Skeleton, points: Points) -> list[str]:
    """The points of hips, knees and ankles that the file lacks."""
    known = known_points(skeleton, points)
    return [name for mark in NEEDED for name in skeleton.landmarks[mark] if name not in known]


def landmarks(skeleton: Skeleton, points: Points) -> dict[str, np.ndarray]:
    """Joint centres (T, 3) in the file's axes and unit; those whose points are absent are left out."""
    known = known_points(skeleton, points)
    return {
        landmark: np.mean([points.positions[known[name]] for name in names], axis=0)
        for landmark, names in skeleton.landmarks.items()
        if all(known.get(name) in points.positions for name in names)
    }
