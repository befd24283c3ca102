"""Biovision `.bvh` files: joint centres, by the skeleton's own forward kinematics."""

from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial.transform import Rotation

from biomechgpt.recordings.readers.point_tables import point_names
from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion, Segments, check_unpacked
from biomechgpt.recordings.readers.text_table import check_rows, read_line

HIERARCHY_LIMIT_LINES = 20_000
NUMBERS_A_JOINT = 12  # of a frame in memory: where the joint is and how its segment is turned
POSITIONS, ROTATIONS = (
    tuple(f"{axis}{kind}" for axis in "XYZ") for kind in ("position", "rotation")
)


class BvhJoint(NamedTuple):
    """A joint, or the end of a segment that has no further joint."""

    parent: str  # "" of the root
    offset: list[float]  # from the parent, in the rest pose
    channels: list[str]  # in the order of the columns


def read_bvh(path: Path) -> RawMotion:
    """Read the positions of all joints, columns `{joint}_x` and so on, and the rotations of the segments.

    Ends of segments are called `{joint} end`. The unit of length is the file's own. Channels turn about
    the axes of the segment, the first one outermost, and a position channel replaces the offset, as
    MotionBuilder, Blender and Mixamo write and read them.

    Raises:
        MotionError: `unreadable`, `one_row` or, with a second root, `several_recordings`.
    """
    with open(path, "rb") as file:
        joints = _read_hierarchy(file)
        n_claimed, frame_time_s = _read_motion_header(file)
        values = _read_frames(file, sum(len(joint.channels) for joint in joints.values()))
    n_bytes = NUMBERS_A_JOINT * 8 * len(joints) * len(values)
    check_unpacked(n_bytes, 3 * len(joints), path.stat().st_size)
    detail = f"the header says {n_claimed} frames, the file has {len(values)}"
    notes = [Note("row_count", detail)] if n_claimed != len(values) else []
    positions, turns = _forward_kinematics(joints, values)
    columns = np.concatenate(list(positions.values()), axis=1).T
    named = dict(zip(point_names(positions), columns, strict=True))
    time_s = np.arange(len(values)) * frame_time_s
    return RawMotion(time_s, named, None, notes, segments=Segments(_rest(joints), turns))


def _rest(joints: dict[str, BvhJoint]) -> dict[str, np.ndarray]:
    still = {name: joint._replace(channels=[]) for name, joint in joints.items()}
    positions, _ = _forward_kinematics(still, np.zeros((1, 0)))
    return {name: position[0] for name, position in positions.items()}


def _forward_kinematics(
    joints: dict[str, BvhJoint], values: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Positions (T, 3) and the rotations (T, 3, 3) of the segments from channels (T, C) in degrees."""
    positions = {"": np.zeros((len(values), 3))}
    turns = {"": np.broadcast_to(np.eye(3), (len(values), 3, 3))}
    start = 0
    for name, joint in joints.items():
        stop = start + len(joint.channels)
        channels = dict(zip(joint.channels, values[:, start:stop].T, strict=True))
        start = stop
        offset = np.tile(joint.offset, (len(values), 1))
        for axis, channel in enumerate(POSITIONS):
            offset[:, axis] = channels.get(channel, offset[:, axis])
        turn = turns[joint.parent]
        positions[name] = positions[joint.parent] + np.einsum("tij,tj->ti", turn, offset)
        turns[name] = _turned(turn, channels)
    del positions[""], turns[""]
    return positions, turns


def _turned(turn: np.ndarray, channels: dict[str, np.ndarray]) -> np.ndarray:
    """Rotations (T, 3, 3) turned further by channels in degrees, the first one outermost."""
    names = [name for name in channels if name in ROTATIONS]
    if not names:
        return turn
    angles_deg = np.stack([channels[name] for name in names], axis=1)
    order = "".join(name[0] for name in names)
    return turn @ Rotation.from_euler(order, angles_deg, degrees=True).as_matrix()


def _read_hierarchy(file: BufferedReader) -> dict[str, BvhJoint]:
    """All joints and ends, parents before their children."""
    joints: dict[str, BvhJoint] = {}
    open_joints: list[str] = []
    for _ in range(HIERARCHY_LIMIT_LINES):
        start = file.tell()
        words = read_line(file).split()
        if file.tell() == start:
            break
        match words:
            case ["ROOT" | "JOINT" as kind, *name]:
                open_joints.append(_add_joint(joints, " ".join(name), open_joints, kind))
            case ["End", *_] if open_joints:
                open_joints.append(_add_joint(joints, f"{open_joints[-1]} end", open_joints, "End"))
            case ["}"] if open_joints:
                open_joints.pop()
            case ["OFFSET", x, y, z] if open_joints:
                joints[open_joints[-1]].offset[:] = _vector(x, y, z)
            case ["CHANNELS", _, *kinds] if open_joints and {*kinds} <= {*POSITIONS, *ROTATIONS}:
                _add_channels(joints, open_joints[-1], kinds)
            case ["MOTION"] if any(joint.channels for joint in joints.values()):
                return joints
    raise MotionError("unreadable", "no HIERARCHY with channels before MOTION")


def _add_joint(joints: dict[str, BvhJoint], name: str, open_joints: list[str], kind: str) -> str:
    """Add a joint below the innermost open one; the name that it gets, without the subject's."""
    name = name.rpartition(":")[2].removesuffix("{").strip()
    if kind == "ROOT" and joints:
        detail = f"two roots, {next(iter(joints))} and {name}: export each person alone"
        raise MotionError("several_recordings", detail)
    if name in joints:
        raise MotionError("unreadable", f"two joints are called {name}; export the motion again")
    joints[name] = BvhJoint(open_joints[-1] if open_joints else "", [0.0, 0.0, 0.0], [])
    return name


def _add_channels(joints: dict[str, BvhJoint], name: str, kinds: list[str]) -> None:
    if len(set(kinds)) < len(kinds) or joints[name].channels:
        raise MotionError(
            "unreadable", f"a channel of {name} is named twice; export the motion again"
        )
    joints[name].channels.extend(kinds)


def _vector(*words: str) -> list[float]:
    try:
        vector = [float(word) for word in words]
    except ValueError as error:
        raise MotionError("unreadable", f"an OFFSET is no number: {error}") from error
    if not np.isfinite(vector).all():
        raise MotionError("unreadable", f"an OFFSET is {' '.join(words)}; export the motion again")
    return vector


def _read_motion_header(file: BufferedReader) -> tuple[int, float]:
    try:
        n_frames = int(read_line(file).split(":")[1])
        frame_time_s = float(read_line(file).split(":")[1])
    except (IndexError, ValueError) as error:
        raise MotionError("unreadable", "no 'Frames:' and 'Frame Time:' behind MOTION") from error
    if not 0 < frame_time_s < 10:
        raise MotionError("no_frame_rate", f"'Frame Time: {frame_time_s}' cannot be")
    # Exporters round 1/60 to 0.0166667; the nearest rate with two decimals is what they meant.
    return n_frames, 1 / round(1 / frame_time_s, 2)


def _read_frames(file: BufferedReader, n_channels: int) -> np.ndarray:
    check_rows(file, n_channels)
    try:
        frame = pd.read_csv(file, sep=r"\s+", header=None, names=range(n_channels + 1), engine="c")
        values = frame.to_numpy(np.float64)  # (T, channels + 1)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise MotionError("unreadable", f"the frames cannot be read: {error}") from error
    if len(values) < 2:
        raise MotionError("one_row", "a motion needs at least two frames")
    if not np.isnan(values[:, -1]).all() or np.isnan(values[:-1, :-1]).any():
        raise MotionError(
            "unreadable", f"a frame has more or fewer numbers than {n_channels} channels"
        )
    whole = values[: -1 if np.isnan(values[-1, :-1]).any() else None, :-1]
    if len(whole) < 2:
        raise MotionError("one_row", "a motion needs at least two whole frames")
    return whole
