"""A movement of the body as a `.bvh` file of any skeleton: other names, rest poses, orders and axes."""

from typing import NamedTuple

import numpy as np
import yaml
from scipy.spatial.transform import Rotation

from biomechgpt.body import kinematics as body
from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.recordings.coordinate_map_files import both_sides
from tests.helpers.motion_files import SKELETONS

MAPS_OF_NAMES = {path.stem: yaml.safe_load(path.read_text()) for path in SKELETONS}
# Conventions of skeleton files: landmark -> what they call the joint there.
CONVENTIONS = {
    name: both_sides(content["landmarks"])
    for name, content in MAPS_OF_NAMES.items()
    if content.get("only_by_name")
}
HEAD_M = np.add(body.NECK_M, (0.0, 0.08, 0.0))
AHEAD_M = np.add(body.HEEL_M, body.TOE_M)  # ankle to toe


class Segment(NamedTuple):
    """A segment of the body: the joint that it hangs on, where that is in its parent, how it is turned."""

    joint: str
    parent: str
    offset_m: np.ndarray  # (3,) in the parent
    orientation: np.ndarray  # (T, 3, 3) in space, the identity in the body's neutral pose


def body_segments(orientation: np.ndarray, angles_rad: np.ndarray) -> list[Segment]:
    """The segments of the body of `biomechgpt.body.kinematics`, parents first."""
    angle = dict(zip(JOINT_NAMES, angles_rad.T, strict=True))
    made = {"pelvis": Segment("pelvis", "", np.zeros(3), orientation)}

    def add(joint: str, parent: str, offset_m, *turns: tuple) -> None:
        own = made[parent].orientation
        for axis, name in turns:
            own = own @ body.axis_rotation(axis, angle[name])
        made[joint] = Segment(joint, parent, np.array(offset_m), own)

    def spine(part: str) -> list[tuple]:
        return [
            (body.Z, f"{part}_extension"),
            (body.X, f"{part}_bending"),
            (body.Y, f"{part}_rotation"),
        ]

    add("lumbar", "pelvis", body.LUMBAR_M, *spine("lumbar"))
    add("thorax", "lumbar", body.NECK_M)
    add("head", "lumbar", HEAD_M, *spine("neck"))
    for s, sign in (("r", 1), ("l", -1)):
        place = np.array([1, 1, sign])
        x, y = sign * np.array(body.X), sign * np.array(body.Y)
        ankle, elbow = (np.array(a) * [sign, sign, 1] for a in (body.ANKLE_AXIS, body.ELBOW_AXIS))
        hip = (body.Z, f"hip_flexion_{s}"), (x, f"hip_adduction_{s}"), (y, f"hip_rotation_{s}")
        arm = (body.Z, f"arm_flex_{s}"), (x, f"arm_add_{s}"), (y, f"arm_rot_{s}")
        add(f"hip_{s}", "pelvis", body.HIP_M * place, *hip)
        add(f"knee_{s}", f"hip_{s}", body.KNEE_M * place, (body.Z, f"knee_angle_{s}"))
        add(f"ankle_{s}", f"knee_{s}", body.ANKLE_M * place, (ankle, f"ankle_angle_{s}"))
        add(f"toe_{s}", f"ankle_{s}", AHEAD_M * place)
        add(f"shoulder_{s}", "lumbar", body.SHOULDER_M * place, *arm)
        add(f"elbow_{s}", f"shoulder_{s}", body.ELBOW_M * place, (elbow, f"elbow_flex_{s}"))
        add(f"wrist_{s}", f"elbow_{s}", body.WRIST_M * place)
    return list(made.values())


def skeleton_file(
    convention: str,
    movement: tuple,
    order: str = "ZXY",
    rest: dict[str, np.ndarray] | None = None,
    to_file: np.ndarray | None = None,
    rate_hz: float = 60,
) -> str:
    """The text of a `.bvh` file of a movement.

    `movement` is the pelvis (T, 3) m, its orientation (T, 3, 3) and joint angles (T, 34) rad. `rest` holds
    by joint how the axes of its segment lie in the neutral pose (3, 3), and thereby the pose that the file
    rests in. `to_file` (3, 3) turns the axes of space and scales them to the unit of the file.
    """
    pelvis_m, orientation, angles_rad = movement
    rest, to_file = rest or {}, np.eye(3) if to_file is None else to_file
    unit = np.cbrt(np.linalg.det(to_file))
    names = {"pelvis": "Hips"} | CONVENTIONS[convention]
    segments = {s.joint: s for s in body_segments(orientation, angles_rad) if s.joint in names}
    further = set(MAPS_OF_NAMES[convention]["points"]) - {*names.values()}
    segments |= {n: Segment(n, "pelvis", np.zeros(3), orientation) for n in sorted(further)}
    names |= {name: name for name in further}
    axes = {joint: rest.get(joint, np.eye(3)) for joint in ("", *segments)}
    turned = {joint: s.orientation @ axes[joint] for joint, s in segments.items()}
    turned[""] = np.broadcast_to(to_file.T / unit, orientation.shape)
    columns = [pelvis_m @ to_file.T]

    def write(joint: str, depth: int) -> str:
        segment, tab = segments[joint], "  " * depth
        turn = np.swapaxes(turned[segment.parent], 1, 2) @ turned[joint]
        columns.append(Rotation.from_matrix(turn).as_euler(order, degrees=True))
        offset = " ".join(f"{v:.8f}" for v in unit * axes[segment.parent].T @ segment.offset_m)
        channels = [f"{axis}rotation" for axis in order]
        if depth == 0:
            channels = [f"{axis}position" for axis in "XYZ"] + channels
        inner = "".join(write(s.joint, depth + 1) for s in segments.values() if s.parent == joint)
        inner = inner or f"{tab}  End Site\n{tab}  {{\n{tab}    OFFSET 0 0 0\n{tab}  }}\n"
        return (
            f"{tab}{'JOINT' if depth else 'ROOT'} {names[joint]}\n{tab}{{\n{tab}  OFFSET {offset}\n"
            f"{tab}  CHANNELS {len(channels)} {' '.join(channels)}\n{inner}{tab}}}\n"
        )

    hierarchy = write("pelvis", 0)
    rows = [" ".join(f"{v:.8f}" for v in row) for row in np.concatenate(columns, axis=1)]
    motion = [f"MOTION\nFrames: {len(rows)}", f"Frame Time: {1 / rate_hz:.7f}", *rows]
    return f"HIERARCHY\n{hierarchy}" + "\n".join(motion) + "\n"
