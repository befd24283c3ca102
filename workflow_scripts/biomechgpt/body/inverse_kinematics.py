"""From joint centres to joint angles, the inverse of `biomechgpt.body.kinematics`.

Only directions between joint centres are used, so that the person's size does not matter. What two
points of a straight limb cannot show (the turn of thigh, shank, upper arm and forearm about their length)
is left out, but for the thigh's where a point beside the knee shows it (docs/joint_centres.md).

Axes are OpenSim's: x forward, y up, z to the right. Angles that need a missing point (NaN) are NaN.
"""

from collections.abc import Mapping

import numpy as np

from biomechgpt.body.kinematics import (
    ANKLE_AXIS,
    ANKLE_M,
    ELBOW_AXIS,
    ELBOW_M,
    HEEL_M,
    HIP_M,
    KNEE_M,
    LUMBAR_M,
    SHOULDER_M,
    TOE_M,
    WRIST_M,
    X,
    Z,
    axis_rotation,
    turns_of,
)

MODEL_LEG_M = float(np.linalg.norm(KNEE_M) + np.linalg.norm(ANKLE_M))
HIPS_TO_LUMBAR_M = np.array([*np.subtract(LUMBAR_M, HIP_M)[:2], 0.0])  # in the pelvis
MODEL_TRUNK_M = float(HIPS_TO_LUMBAR_M[1] + SHOULDER_M[1])
SPINE_LEAN_RAD = float(np.arctan2(-HIPS_TO_LUMBAR_M[0], HIPS_TO_LUMBAR_M[1]))
BENT_RAD = np.radians(25)  # a knee bent further shows how the thigh is turned about its length
STRAIGHT_RAD = np.radians(10)  # one bent less says nothing of it
ANKLE_TO_TOE_M = np.add(HEEL_M, TOE_M)


def centres_to_angles(
    points_m: Mapping[str, np.ndarray], spine_lean_rad: float = SPINE_LEAN_RAD
) -> dict[str, np.ndarray]:
    """Pelvis and joint angles (T,) in m and radians from joint centres (T, 3) in m, y up.

    `points_m` holds `hip`, `knee` and `ankle` with `_r` and `_l`, and may hold `toe`, `heel`,
    `shoulder`, `elbow`, `wrist` of both sides, `thorax` (top of the trunk, else the middle of the
    shoulders) and `lumbar` (where trunk and pelvis meet); `knee_outer` of both sides, a point beside the knee
    and away from the body while the thigh is not turned; `head`, `head_top` and `head_right`, above the head
    and to its right while it is upright. `spine_lean_rad` is how far the line from the middle of the hips to
    `lumbar` leans back in an upright pelvis.

    Without `lumbar` the pelvis is taken as upright: hip flexion and lumbar extension are then those
    of thigh and trunk against the vertical.
    """
    pelvis, lumbar_m = _pelvis(points_m, spine_lean_rad)
    angles = _pelvis_coordinates(points_m, pelvis)
    for side in "rl":
        angles |= _leg(points_m, pelvis, side)
    if all(f"shoulder_{side}" in points_m for side in "rl"):
        angles |= _trunk_and_arms(points_m, pelvis, lumbar_m)
    return angles


def pelvis_axes(points_m: Mapping[str, np.ndarray], spine_lean_rad: float) -> np.ndarray:
    """Orientation (T, 3, 3) of the pelvis: z along the hips, y along the lower spine or the vertical."""
    right = points_m["hip_r"] - points_m["hip_l"]
    if "lumbar" not in points_m:
        return _frame(right, np.broadcast_to([0.0, 1.0, 0.0], right.shape))
    axes = _frame(right, points_m["lumbar"] - middle(points_m, "hip"))
    return axes @ axis_rotation(Z, np.array(-spine_lean_rad))


def middle(points_m: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The midpoint (T, 3) of a joint of the right and of the left side."""
    return (points_m[f"{name}_r"] + points_m[f"{name}_l"]) / 2


def _pelvis(
    points_m: Mapping[str, np.ndarray], spine_lean_rad: float
) -> tuple[np.ndarray, np.ndarray | None]:
    """Orientation (T, 3, 3) of the pelvis and where the trunk meets it (T, 3)."""
    axes = pelvis_axes(points_m, spine_lean_rad)
    if "lumbar" in points_m or "shoulder_r" not in points_m or "shoulder_l" not in points_m:
        return axes, points_m.get("lumbar")
    hips = middle(points_m, "hip")
    length_m = np.nanmedian(np.linalg.norm(middle(points_m, "shoulder") - hips, axis=1))
    return axes, hips + axes @ (HIPS_TO_LUMBAR_M * length_m / MODEL_TRUNK_M)


def _pelvis_coordinates(
    points_m: Mapping[str, np.ndarray], pelvis: np.ndarray
) -> dict[str, np.ndarray]:
    legs_m = [
        np.linalg.norm(points_m[f"{end}_{side}"] - points_m[f"{start}_{side}"], axis=1)
        for side in "rl"
        for start, end in (("hip", "knee"), ("knee", "ankle"))
    ]
    scale = sum(np.nanmedian(length) for length in legs_m) / 2 / MODEL_LEG_M
    origin = middle(points_m, "hip") - pelvis @ (scale * np.array([HIP_M[0], HIP_M[1], 0.0]))
    names = ("pelvis_tx", "pelvis_ty", "pelvis_tz")
    turns = ("pelvis_tilt", "pelvis_list", "pelvis_rotation")
    return dict(zip(names, origin.T, strict=True)) | dict(
        zip(turns, turns_of(pelvis).T, strict=True)
    )


def _leg(
    points_m: Mapping[str, np.ndarray], pelvis: np.ndarray, side: str
) -> dict[str, np.ndarray]:
    hip, knee, ankle = (points_m[f"{name}_{side}"] for name in ("hip", "knee", "ankle"))
    flexion, to_right = swing(_inside(pelvis, knee - hip))
    thigh = pelvis @ swung(flexion, to_right)
    shank = _unit(_inside(thigh, ankle - knee))  # (T, 3)
    angles = {
        f"hip_flexion_{side}": flexion,
        f"hip_adduction_{side}": _inwards(to_right, side),
        f"knee_angle_{side}": _knee(shank),
    }
    if f"knee_outer_{side}" in points_m:
        outwards = points_m[f"knee_outer_{side}"] - knee
        angles[f"hip_rotation_{side}"] = _inward_turn(_inside(thigh, outwards), side)
    if f"toe_{side}" in points_m:
        start, neutral = (
            ("heel", TOE_M) if f"heel_{side}" in points_m else ("ankle", ANKLE_TO_TOE_M)
        )
        foot = points_m[f"toe_{side}"] - points_m[f"{start}_{side}"]
        cosine = _cosine(knee - ankle, foot)
        up = -np.array(ANKLE_M)
        angles[f"ankle_angle_{side}"] = _hinge(cosine, up, neutral, ANKLE_AXIS, opens=False)
    return angles


def _trunk_and_arms(
    points_m: Mapping[str, np.ndarray], pelvis: np.ndarray, lumbar_m: np.ndarray
) -> dict[str, np.ndarray]:
    top = points_m["thorax"] if "thorax" in points_m else middle(points_m, "shoulder")
    across = points_m["shoulder_r"] - points_m["shoulder_l"]
    trunk = _frame(across, top - lumbar_m, keep="y")
    names = ("lumbar_extension", "lumbar_bending", "lumbar_rotation")
    angles = dict(zip(names, turns_of(np.swapaxes(pelvis, 1, 2) @ trunk).T, strict=True))
    for side in "rl":
        if f"elbow_{side}" in points_m:
            angles |= _arm(points_m, trunk, side)
    if {"head", "head_top", "head_right"} <= points_m.keys():
        angles |= _neck(points_m, trunk)
    return angles


def _neck(points_m: Mapping[str, np.ndarray], trunk: np.ndarray) -> dict[str, np.ndarray]:
    centre = points_m["head"]
    head = _frame(points_m["head_right"] - centre, points_m["head_top"] - centre, keep="y")
    names = ("neck_extension", "neck_bending", "neck_rotation")
    return dict(zip(names, turns_of(np.swapaxes(trunk, 1, 2) @ head).T, strict=True))


def _arm(points_m: Mapping[str, np.ndarray], trunk: np.ndarray, side: str) -> dict[str, np.ndarray]:
    upper_arm = points_m[f"elbow_{side}"] - points_m[f"shoulder_{side}"]
    # The elbow does not lie straight below the shoulder in the model's neutral pose.
    neutral = np.array(ELBOW_M) * [1, 1, 1 if side == "r" else -1]
    flexion, to_right = swing(_inside(trunk, upper_arm), neutral)
    angles = {f"arm_flex_{side}": flexion, f"arm_add_{side}": _inwards(to_right, side)}
    if f"wrist_{side}" in points_m:
        forearm = points_m[f"wrist_{side}"] - points_m[f"elbow_{side}"]
        cosine = _cosine(upper_arm, forearm)
        angles[f"elbow_flex_{side}"] = _hinge(cosine, ELBOW_M, WRIST_M, ELBOW_AXIS, opens=True)
    return angles


def _inwards(turn: np.ndarray, side: str) -> np.ndarray:
    """A turn about x as adduction: the model mirrors the axis of the left side."""
    return turn if side == "r" else -turn


def _inward_turn(outwards: np.ndarray, side: str) -> np.ndarray:
    """The turn (T,) of a limb about its length, inwards positive, from where its outer side points (T, 3)."""
    x, _, z = outwards.T
    return np.arctan2(x, z) if side == "r" else np.arctan2(x, -z)


def swing(direction: np.ndarray, neutral=(0.0, -1.0, 0.0)) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (T,) about z and then x that turn the direction `neutral` (3,) into `direction` (T, 3).

    Of the two pairs that do, the one with the lesser turn about x.
    """
    x, y, z = _unit(direction).T
    u_x, u_y, u_z = np.asarray(neutral) / np.linalg.norm(neutral)
    aside = np.arcsin(np.clip(-z / np.hypot(u_y, u_z), -1, 1))
    downwards = np.hypot(u_y, u_z) * np.cos(aside)  # after the turn about x
    about_z = np.arctan2(u_x * y + downwards * x, u_x * x - downwards * y)
    return about_z, aside - np.arctan2(-u_z, -u_y)


def swung(about_z: np.ndarray, about_x: np.ndarray) -> np.ndarray:
    """The rotations (T, 3, 3) about z and then x, by the two angles (T,) of `swing`."""
    return axis_rotation(Z, about_z) @ axis_rotation(X, about_x)


def _knee(shank: np.ndarray) -> np.ndarray:
    """Knee angle (T,), flexion negative, from the shank's direction (T, 3) in the thigh.

    A bent knee is the angle between the two. The straight one would leave its sign to noise: there
    the shank is looked at from the side, as the median over bent frames says where that is.
    """
    x, y, z = shank.T
    bend = np.arctan2(np.hypot(x, z), -y)
    bent = bend > BENT_RAD
    turn = np.arctan2(z[bent], -x[bent])
    mean_turn = np.arctan2(np.median(np.sin(turn)), np.median(np.cos(turn))) if bent.any() else 0.0
    seen = np.arctan2(x * np.cos(mean_turn) - z * np.sin(mean_turn), -y)
    share = np.clip((-seen - STRAIGHT_RAD) / (BENT_RAD - STRAIGHT_RAD), 0, 1)
    return (1 - share) * seen - share * bend


def _hinge(cosine: np.ndarray, proximal, distal, axis, opens: bool) -> np.ndarray:
    """The turn (T,) about `axis` at which `proximal` and the turned `distal` have this cosine.

    `opens`: a positive turn makes the angle between the two larger. A limb straighter than the
    hinge of the model allows goes on beyond its straightest, degree for degree.
    """
    u, w, a = (np.asarray(v) / np.linalg.norm(v) for v in (proximal, distal, axis))
    along = (a @ w) * (a @ u)
    across, sideways = u @ w - along, u @ np.cross(a, w)
    straightest, reach = np.arctan2(sideways, across), np.hypot(across, sideways)
    beyond = np.arccos(np.clip(cosine, -1, 1)) - np.arccos(along + reach)
    opening = np.arccos(np.clip((cosine - along) / reach, -1, 1)) + np.minimum(beyond, 0)
    return straightest + opening if opens else straightest - opening


def _frame(right: np.ndarray, up: np.ndarray, keep: str = "z") -> np.ndarray:
    """Orientations (T, 3, 3), columns x, y, z, from two directions (T, 3); `keep` stays as it is."""
    z, y = _unit(right), _unit(up)
    if keep == "z":
        y = _unit(y - np.sum(y * z, axis=1, keepdims=True) * z)
    else:
        z = _unit(z - np.sum(y * z, axis=1, keepdims=True) * y)
    return np.stack([np.cross(y, z), y, z], axis=2)


def _inside(axes: np.ndarray, direction: np.ndarray) -> np.ndarray:
    return np.einsum("tji,tj->ti", axes, direction)


def _unit(direction: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(direction, axis=-1, keepdims=True)
    return direction / np.where(length > 0, length, np.nan)


def _cosine(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.sum(_unit(first) * _unit(second), axis=1)
