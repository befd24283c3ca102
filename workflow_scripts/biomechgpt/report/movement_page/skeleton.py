"""A trial as `player.js` shows it: a moving stick figure, its tokens and its joint angles."""

import base64
import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.kinematics import BONES, upright_positions
from biomechgpt.features.clinical_angles import SIDES, clinical_deg, movement_name

SHOWN_RATE_HZ = 30.0  # more frames a second are no use on a screen
# The pelvis' own origin lies in front of the hips: a figure is drawn through the hips instead.
DRAWN = (("lumbar", "hip_r"), ("lumbar", "hip_l"), *(b for b in BONES if "pelvis" not in b))
POINTS = tuple(dict.fromkeys(point for bone in DRAWN for point in bone))
FEET = ("heel_r", "heel_l", "toe_r", "toe_l")
# The angle that moves a bone most, by the bone's end; where it is not recorded the bone is at rest.
MOVED_BY = {"knee": "hip_flexion", "ankle": "knee_angle", "heel": "ankle_angle"}
MOVED_BY |= {"toe": "ankle_angle", "elbow": "arm_flex", "wrist": "elbow_flex"}
TRUNK_MOVED_BY = {"neck": "lumbar_extension", "head": "neck_extension"}


def joint_centres(angles_rad: np.ndarray) -> np.ndarray:
    """Positions (T, P, 3) in m of `POINTS`, x forward, y up, z to the right.

    Joint angles (T, 34) do not say where the pelvis is: it stays upright, the hips above the
    origin, as high as puts the lowest point of the feet on the floor. A missing angle (NaN) is
    drawn as 0.
    """
    points = upright_positions(angles_rad)
    centres = np.stack([points[name] for name in POINTS], axis=1)
    centres[:, :, 0] -= centres[:, POINTS.index("hip_r"), 0, None]
    feet = [POINTS.index(name) for name in FEET]
    centres[:, :, 1] -= centres[:, feet, 1].min(axis=1, keepdims=True)
    return centres


def motion(
    takes: Mapping[str, np.ndarray],
    frame_rate_hz: float,
    tokens: Sequence[int] = (),
    frames_per_token: float = 1,
    unknown: Collection[str] = (),
    hidden: Collection[str] = (),
) -> dict:
    """What `player(element, motion)` of player.js takes, ready for JSON.

    `takes` are joint angles (T, 34) in rad by the name to show, of equal length. `unknown` names
    joints that the recording lacks, `hidden` others without a curve, such as those set to zero.
    """
    step = max(1, math.ceil(frame_rate_hz / SHOWN_RATE_HZ))
    shown = {name: np.asarray(angles)[::step].copy() for name, angles in takes.items()}
    for angles in shown.values():
        angles[:, np.isin(JOINT_NAMES, list(unknown))] = np.nan
    return {
        "frame_rate_hz": frame_rate_hz / step,
        "n_frames": len(next(iter(shown.values()))),
        "frame_step": step,
        "frames_per_token": frames_per_token,
        "tokens": [int(token) for token in tokens],
        "points": list(POINTS),
        "bones": [_bone(start, end, unknown) for start, end in DRAWN],
        "takes": [
            {"name": name, "positions": packed(1000 * joint_centres(angles))}
            for name, angles in shown.items()
        ],
        "joints": _curves(list(shown.values()), {*unknown, *hidden}),
    }


def packed(values: np.ndarray) -> str:
    """Numbers as base64 of little-endian int16; what is beyond its range becomes its end."""
    limits = np.iinfo(np.int16)
    whole = np.clip(np.rint(values), limits.min, limits.max).astype("<i2")
    return base64.b64encode(whole.tobytes()).decode()


def _bone(start: str, end: str, unknown: Collection[str]) -> dict:
    name, _, side = end.partition("_")
    joint = f"{MOVED_BY[name]}_{side}" if name in MOVED_BY else TRUNK_MOVED_BY.get(name)
    return {
        "from": POINTS.index(start),
        "to": POINTS.index(end),
        "side": SIDES.get(side, "middle"),
        "known": joint not in unknown,
    }


def _curves(takes: Sequence[np.ndarray], left_out: Collection[str]) -> list[dict]:
    """Tenths of a degree of each joint in clinicians' signs, both sides under one name, a line a take."""
    takes_deg = [clinical_deg(angles) for angles in takes]
    joints: dict[str, list] = {}
    for index, joint in enumerate(JOINT_NAMES):
        if joint in left_out:
            continue
        side = SIDES.get(joint.rpartition("_")[2], "middle")
        for take, angles_deg in enumerate(takes_deg):
            line = {"side": side, "take": take, "values": packed(10 * angles_deg[:, index])}
            joints.setdefault(movement_name(joint), []).append(line)
    return [{"name": name, "lines": lines} for name, lines in joints.items()]
