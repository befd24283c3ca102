"""Points fixed in the segments of a skeleton file, where its rest pose is that of somebody who stands.

A joint centre does not show how its segment is turned. In a standing rest pose the thighs are not turned
about their length, the head is upright and the feet stand flat: points put beside them there, and carried
along with the segments, show it afterwards. Arms have no such points: skeleton files turn the upper arm
about its length as suits their shoulder, and not to where the elbow bends.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from biomechgpt.body.inverse_kinematics import middle, swing, swung
from biomechgpt.recordings.joint_centres.layouts import Skeleton
from biomechgpt.recordings.joint_centres.points import Points, known_points, landmarks, point_name
from biomechgpt.recordings.readers import Segments

UPRIGHT = np.cos(np.radians(35))  # of thighs and shanks; some skeletons rest with their legs spread
FORWARDS = 0.3  # of the length of a foot


class Mark(NamedTuple):
    """A point fixed in a segment."""

    landmark: str  # what it is to the body
    beside: str  # the landmark that it lies beside
    segment: str  # the landmark at which the segment begins
    offset: np.ndarray  # (3,) from `beside`, in the rest pose


def segment_marks(
    skeleton: Skeleton, points: Points, segments: Segments
) -> tuple[dict[str, np.ndarray], Skeleton]:
    """Marks (T, 3) on thighs, feet and head, and the skeleton with the lean of its own lower spine.

    Marks are in the axes and unit of the file. Without a standing rest pose there are none, and the lean
    is that of the layout.
    """
    at_rest = {point_name(name): position[None] for name, position in segments.rest.items()}
    rest = landmarks(skeleton, points._replace(positions=at_rest))
    rest = {name: position[0] for name, position in rest.items()}
    axes = standing_axes(rest)
    if axes is None:
        return {}, skeleton
    known, moving = known_points(skeleton, points), landmarks(skeleton, points)
    turns = {point_name(name): turn for name, turn in segments.turns.items()}
    marks = {}
    for mark in _marks(rest, axes):
        turn = turns[known[skeleton.landmarks[mark.segment][0]]]
        marks[mark.landmark] = moving[mark.beside] + turn @ mark.offset
    return marks, skeleton._replace(spine_lean_rad=_lean(rest, axes, skeleton.spine_lean_rad))


def standing_axes(rest: Mapping[str, np.ndarray]) -> np.ndarray | None:
    """Axes (3, 3) of a body that stands in the rest pose: forwards, up, right; None where it does not.

    Up is the axis of the file nearest to the legs.
    """
    legs = middle(rest, "hip") - middle(rest, "ankle")
    up = np.zeros(3)
    up[np.argmax(np.abs(legs))] = np.sign(legs[np.argmax(np.abs(legs))])
    right = rest["hip_r"] - rest["hip_l"]
    right = right - (right @ up) * up
    if not right.any():
        return None
    right = right / np.linalg.norm(right)
    axes = np.stack([np.cross(up, right), up, right], axis=1)
    return axes if all(_stands(rest, axes, side) for side in "rl") else None


def _stands(rest: Mapping[str, np.ndarray], axes: np.ndarray, side: str) -> bool:
    """Whether a leg hangs down, its foot points forwards, and the lower spine is above the hips."""
    forwards, up, _ = axes.T
    hip, knee, ankle = (rest[f"{name}_{side}"] for name in ("hip", "knee", "ankle"))
    foot = rest.get(f"toe_{side}", ankle + forwards) - ankle
    spine = rest.get("lumbar", hip + up) - middle(rest, "hip")
    return (
        min(_cosine(hip - knee, up), _cosine(knee - ankle, up)) > UPRIGHT
        and _cosine(foot, forwards) > FORWARDS
        and _cosine(spine, up) > 0
    )


def _cosine(direction: np.ndarray, axis: np.ndarray) -> float:
    length = float(np.linalg.norm(direction))
    return float(direction @ axis) / length if length > 0 else 0.0


def _marks(rest: Mapping[str, np.ndarray], axes: np.ndarray) -> Iterator[Mark]:
    _, up, right = axes.T
    for side, outwards in (("r", 1.0), ("l", -1.0)):
        thigh = rest[f"knee_{side}"] - rest[f"hip_{side}"]
        beside = outwards * np.linalg.norm(thigh) * _unturned(axes, thigh)
        yield Mark(f"knee_outer_{side}", f"knee_{side}", f"hip_{side}", beside)
        if f"toe_{side}" in rest and f"heel_{side}" not in rest:
            foot = rest[f"toe_{side}"] - rest[f"ankle_{side}"]
            yield Mark(f"heel_{side}", f"toe_{side}", f"ankle_{side}", (foot @ up) * up - foot)
    if "head" in rest:
        size = np.linalg.norm(rest["hip_r"] - rest["hip_l"])
        yield Mark("head_top", "head", "head", size * up)
        yield Mark("head_right", "head", "head", size * right)


def _unturned(axes: np.ndarray, limb: np.ndarray) -> np.ndarray:
    """The z axis (3,) of a limb along (3,) that is not turned about its length."""
    return axes @ swung(*swing((axes.T @ limb)[None]))[0, :, 2]


def _lean(rest: Mapping[str, np.ndarray], axes: np.ndarray, usual_rad: float) -> float:
    """How far the line from hips to `lumbar` leans back at rest."""
    if "lumbar" not in rest:
        return usual_rad
    forwards, upwards, _ = axes.T @ (rest["lumbar"] - middle(rest, "hip"))
    return float(np.arctan2(-forwards, upwards))
