"""Whether the joints of a skeleton file are those that a coordinate map takes their names for.

The same rotation of a joint of the same name is another angle where the skeleton rests in another
pose, has another vertical axis or turns in another order.
"""

from fnmatch import fnmatchcase

import numpy as np

from biomechgpt.recordings.coordinate_maps import CoordinateMap
from biomechgpt.recordings.readers import Hierarchy, MotionError, Note

TOLERANCE = np.radians(10)  # between a segment at rest and the map's, rad
ADVICE = "angles by the names alone would be wrong; write a coordinate map for it (docs/cohort.md)"


def check_hierarchy(hierarchy: Hierarchy, coordinate_map: CoordinateMap) -> list[Note]:
    """Compare the order of rotations, the joints up to the root and the rest pose with the map's.

    Raises:
        MotionError: `other_skeleton`.
    """
    if not coordinate_map.segments:
        detail = f"map {coordinate_map.name} has no 'skeleton': angles were taken by names alone"
        return [Note("skeleton_unchecked", detail)]
    for joint in hierarchy.parents:
        expected = _expected(joint, coordinate_map)
        if expected is not None:
            _check_joint(joint, expected, hierarchy, coordinate_map)
    return []


def _expected(joint: str, coordinate_map: CoordinateMap) -> tuple[float, float, float] | None:
    names = {old.split(".")[0]: new.split(".")[0] for old, new in coordinate_map.aliases.items()}
    return coordinate_map.segments.get(names.get(joint, joint))


def _check_joint(
    joint: str,
    expected: tuple[float, float, float],
    hierarchy: Hierarchy,
    coordinate_map: CoordinateMap,
) -> None:
    order, map_order = hierarchy.rotation_orders.get(joint, ""), coordinate_map.rotation_order
    if map_order and order != map_order:
        raise _other(
            f"{joint} turns in the order {order}, map {coordinate_map.name} reads {map_order}"
        )
    for ancestor in _ancestors(joint, hierarchy):
        if not _known(ancestor, coordinate_map):
            raise _other(
                f"{ancestor}, between {joint} and the root, is not in map {coordinate_map.name}"
            )
    segment = hierarchy.child_offsets.get(joint, np.zeros(3))
    if not _near(segment, np.array(expected)):
        length = max(float(np.linalg.norm(segment)), 1e-9)
        raise _other(
            f"at rest {joint} points to ({_words(segment / length)}), in map {coordinate_map.name} to "
            f"({_words(np.array(expected))}): another rest pose or vertical axis"
        )


def _near(segment: np.ndarray, expected: np.ndarray) -> bool:
    length = float(np.linalg.norm(segment) * np.linalg.norm(expected))
    return length > 0 and float(segment @ expected) / length > np.cos(TOLERANCE)


def _words(direction: np.ndarray) -> str:
    return ", ".join(f"{value:.2f}" for value in direction)


def _ancestors(joint: str, hierarchy: Hierarchy) -> list[str]:
    ancestors = []
    while (joint := hierarchy.parents.get(joint, "")) and joint not in ancestors:
        ancestors.append(joint)
    return ancestors


def _known(joint: str, coordinate_map: CoordinateMap) -> bool:
    """Whether a rule, an alias or `ignore` names the joint's rotations."""
    rules = coordinate_map.rules.values()
    names = {n for rule in rules for n in (*rule.terms, *rule.more_terms)} | set(
        coordinate_map.aliases
    )
    rotation = f"{joint}.Xrotation"
    return any(name.startswith(f"{joint}.") for name in names) or any(
        fnmatchcase(rotation, pattern) for pattern in coordinate_map.ignore
    )


def _other(detail: str) -> MotionError:
    return MotionError("other_skeleton", f"{detail}; {ADVICE}")
