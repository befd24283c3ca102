"""Forward kinematics of the 34-angle body: where its joints and feet are.

Joint axes and body offsets are those of the LocoMuJoCo humanoid (`humanoid_torque.xml`, MIT; a
scaled OpenSim gait2392). The head, which that model lacks, is placed by assumption: its joint 0.08 m
above the shoulders, its top 0.25 m higher. Axes are OpenSim's: x forward, y up, z to the right.
All functions take whole trials at once, frames first.
"""

from itertools import pairwise

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES

MODEL_HEIGHT_M = 1.75  # assumption: stature that belongs to the offsets below
HIP_M = (-0.0721882, -0.0674914, 0.0852576)  # from the pelvis; z is mirrored for the left side
KNEE_M = (-0.00167398, -0.365545, 0.0)
ANKLE_M = (0.0, -0.480173, 0.0)
HEEL_M = (-0.0544606, -0.0468448, 0.00884412)
TOE_M = (0.190515, -0.00213104, 0.00115076)  # metatarsal joint, from the heel
LUMBAR_M = (-0.10282, 0.0832155, 0.0)
SHOULDER_M = (0.00339907, 0.400239, 0.183151)
ELBOW_M = (0.0154412, -0.336305, -0.0112719)
WRIST_M = (-0.01720483, -0.2757913, 0.0439907)  # through the radius, forearm unturned
NECK_M = (0.0, 0.48, 0.0)
HEAD_TOP_M = (0.0, 0.25, 0.0)
ANKLE_AXIS = (-0.105014, -0.174022, 0.979126)
SUBTALAR_AXIS = (0.78718, 0.604747, -0.120949)
ELBOW_AXIS = (0.226047, 0.022269, 0.973862)
X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)

LIMBS = (("hip", "knee", "ankle", "heel", "toe"), ("shoulder", "elbow", "wrist"))
# Pairs of points to join in a stick figure.
BONES = (
    ("pelvis", "lumbar"),
    ("lumbar", "neck"),
    ("neck", "head"),
    *(("pelvis", f"hip_{side}") for side in "rl"),
    *(("neck", f"shoulder_{side}") for side in "rl"),
    *(
        (f"{start}_{side}", f"{end}_{side}")
        for side in "rl"
        for limb in LIMBS
        for start, end in pairwise(limb)
    ),
)


def axis_rotation(axis: tuple[float, float, float], angle_rad: np.ndarray) -> np.ndarray:
    """Rotation matrices (T, 3, 3) about a fixed axis by `angle_rad` (T,), right-handed."""
    x, y, z = np.asarray(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.asarray(angle_rad, float)[..., None, None]
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def pelvis_rotation(tilt_rad: np.ndarray, list_rad: np.ndarray, rotation_rad: np.ndarray):
    """Orientation (T, 3, 3) of the pelvis from OpenSim's angles, applied as z, then x, then y."""
    return axis_rotation(Z, tilt_rad) @ axis_rotation(X, list_rad) @ axis_rotation(Y, rotation_rad)


def turns_of(rotation: np.ndarray) -> np.ndarray:
    """Turns (T, 3) in radians about z, x, y, in this order and body-fixed, of orientations (T, 3, 3)."""
    about_x = np.arcsin(np.clip(rotation[:, 2, 1], -1, 1))
    about_z = np.arctan2(-rotation[:, 0, 1], rotation[:, 1, 1])
    about_y = np.arctan2(-rotation[:, 2, 0], rotation[:, 2, 2])
    return np.stack([about_z, about_x, about_y], axis=1)


def pelvis_angles(rotation: np.ndarray) -> np.ndarray:
    """Tilt, list and rotation (T, 3) in radians of orientations (T, 3, 3); the way back.

    The rotation is unwrapped over frames, so that a turning person does not jump at 180 degrees.
    """
    turns_rad = turns_of(rotation)
    turns_rad[:, 2] = np.unwrap(turns_rad[:, 2])
    return turns_rad


def leg_positions(
    pelvis_m: np.ndarray, orientation: np.ndarray, joint_angles_rad: np.ndarray, scale: float = 1.0
) -> dict[str, np.ndarray]:
    """Positions (T, 3) in m of hip, knee, ankle, heel and toe of both legs.

    `pelvis_m` (T, 3), `orientation` (T, 3, 3), `joint_angles_rad` (T, 34) in the order of
    `JOINT_NAMES`; `scale` is the person's stature over `MODEL_HEIGHT_M`.
    """
    angle = dict(zip(JOINT_NAMES, np.asarray(joint_angles_rad, float).T, strict=True))
    points = {}
    for side in "rl":
        hip = points[f"hip_{side}"] = pelvis_m + _offset(orientation, HIP_M, side, scale)
        thigh = orientation @ _ball(angle, ("hip_flexion", "hip_adduction", "hip_rotation"), side)
        knee = points[f"knee_{side}"] = hip + _offset(thigh, KNEE_M, side, scale)
        shank = thigh @ axis_rotation(Z, angle[f"knee_angle_{side}"])
        ankle = points[f"ankle_{side}"] = knee + _offset(shank, ANKLE_M, side, scale)
        talus = shank @ axis_rotation(_mirror(ANKLE_AXIS, side), angle[f"ankle_angle_{side}"])
        heel = points[f"heel_{side}"] = ankle + _offset(talus, HEEL_M, side, scale)
        subtalar = axis_rotation(_mirror(SUBTALAR_AXIS, side), angle[f"subtalar_angle_{side}"])
        points[f"toe_{side}"] = heel + _offset(talus @ subtalar, TOE_M, side, scale)
    return points


def body_positions(
    pelvis_m: np.ndarray, orientation: np.ndarray, joint_angles_rad: np.ndarray, scale: float = 1.0
) -> dict[str, np.ndarray]:
    """Positions (T, 3) in m of all points of the stick figure `BONES`; arguments as `leg_positions`."""
    angle = dict(zip(JOINT_NAMES, np.asarray(joint_angles_rad, float).T, strict=True))
    points = {"pelvis": np.asarray(pelvis_m, float)}
    points |= leg_positions(pelvis_m, orientation, joint_angles_rad, scale)
    lumbar = points["lumbar"] = pelvis_m + _offset(orientation, LUMBAR_M, "r", scale)
    torso = orientation @ _spine(angle, "lumbar")
    neck = points["neck"] = lumbar + _offset(torso, NECK_M, "r", scale)
    points["head"] = neck + _offset(torso @ _spine(angle, "neck"), HEAD_TOP_M, "r", scale)
    for side in "rl":
        shoulder = points[f"shoulder_{side}"] = lumbar + _offset(torso, SHOULDER_M, side, scale)
        arm = torso @ _ball(angle, ("arm_flex", "arm_add", "arm_rot"), side)
        elbow = points[f"elbow_{side}"] = shoulder + _offset(arm, ELBOW_M, side, scale)
        bend = axis_rotation(_mirror(ELBOW_AXIS, side), angle[f"elbow_flex_{side}"])
        points[f"wrist_{side}"] = elbow + _offset(arm @ bend, WRIST_M, side, scale)
    return points


def upright_positions(angles_rad: np.ndarray) -> dict[str, np.ndarray]:
    """Positions (T, 3) in m of all points of an upright pelvis in the origin, from angles (T, 34) alone.

    A missing angle (NaN) is taken as 0.
    """
    angles_rad = np.nan_to_num(np.asarray(angles_rad, float))
    return body_positions(np.zeros((len(angles_rad), 3)), np.eye(3)[None], angles_rad)


def _mirror(axis: tuple[float, float, float], side: str) -> tuple[float, float, float]:
    """An axis of the right side, for `side`: the model mirrors left axes in the sagittal plane."""
    return axis if side == "r" else (-axis[0], -axis[1], axis[2])


def _offset(rotation: np.ndarray, offset_m, side: str, scale: float) -> np.ndarray:
    x, y, z = offset_m
    return rotation @ (scale * np.array([x, y, z if side == "r" else -z]))


def _ball(angle: dict, names: tuple[str, str, str], side: str) -> np.ndarray:
    flexion, adduction, rotation = (angle[f"{name}_{side}"] for name in names)
    return (
        axis_rotation(Z, flexion)
        @ axis_rotation(_mirror(X, side), adduction)
        @ axis_rotation(_mirror(Y, side), rotation)
    )


def _spine(angle: dict, part: str) -> np.ndarray:
    extension, bending, rotation = (
        angle[f"{part}_{n}"] for n in ("extension", "bending", "rotation")
    )
    return axis_rotation(Z, extension) @ axis_rotation(X, bending) @ axis_rotation(Y, rotation)
