"""Biovision `.bvh` files: one column a channel, named `{joint}.{channel}`."""

from io import BufferedReader
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.recordings.readers.raw import Hierarchy, MotionError, Note, RawMotion
from biomechgpt.recordings.readers.text_table import check_rows, read_line

HIERARCHY_LIMIT_LINES = 20_000
AXES = {"X": 0, "Y": 1, "Z": 2}
CHANNELS = {f"{axis}{kind}" for axis in AXES for kind in ("position", "rotation")}


def read_bvh(path: Path) -> RawMotion:
    """Read channels in the order that CHANNELS gives, in degrees and the file's unit of length.

    Beside the channels there is `{joint}.bend`: the angle between a joint's segment and its
    direction in the rest pose, as the flexion of an elbow is measured.

    Raises:
        MotionError: `unreadable`, `one_row` or, with a second root, `several_recordings`.
    """
    with open(path, "rb") as file:
        channels, hierarchy = _read_hierarchy(file)
        n_claimed, frame_time_s = _read_motion_header(file)
        values = _read_frames(file, len(channels))
    names = [f"{joint}.{channel}" for joint, channel in channels]
    columns = dict(zip(names, values.T, strict=True))
    notes = []
    if n_claimed != len(values):
        detail = f"the header says {n_claimed} frames, the file has {len(values)}"
        notes.append(Note("row_count", detail))
    columns.update(_bends(hierarchy, columns))
    time_s = np.arange(len(values)) * frame_time_s
    return RawMotion(time_s, columns, "deg", notes, hierarchy=hierarchy)


def _read_hierarchy(file: BufferedReader) -> tuple[list[tuple[str, str]], Hierarchy]:
    """Channels in column order, (joint, e.g. Xrotation), and the hierarchy."""
    open_joints: list[str] = []
    channels: list[tuple[str, str]] = []
    parents: dict[str, str] = {}
    offsets: dict[str, np.ndarray] = {}
    for _ in range(HIERARCHY_LIMIT_LINES):
        start = file.tell()
        words = read_line(file).split()
        if file.tell() == start:
            break
        match words:
            case ["ROOT" | "JOINT" as kind, *name]:
                _add_joint(parents, " ".join(name), open_joints[-1] if open_joints else "", kind)
                open_joints.append(" ".join(name))
            case ["End", *_]:
                open_joints.append("")
            case ["}"] if open_joints:
                open_joints.pop()
            case ["OFFSET", x, y, z] if len(open_joints) > 1:
                offsets.setdefault(open_joints[-2], _vector(x, y, z))
            case ["CHANNELS", _, *kinds] if open_joints and set(kinds) <= CHANNELS:
                channels += [(open_joints[-1], kind) for kind in kinds]
            case ["MOTION"] if channels:
                return channels, Hierarchy(parents, _rotation_orders(channels), offsets)
    raise MotionError("unreadable", "no HIERARCHY with channels before MOTION")


def _add_joint(parents: dict[str, str], name: str, parent: str, kind: str) -> None:
    if kind == "ROOT" and parents:
        detail = f"two roots, {next(iter(parents))} and {name}: export each person alone"
        raise MotionError("several_recordings", detail)
    if name in parents:
        raise MotionError("unreadable", f"two joints are called {name}; export the motion again")
    parents[name] = parent


def _rotation_orders(channels: list[tuple[str, str]]) -> dict[str, str]:
    orders: dict[str, str] = {}
    for joint, kind in channels:
        if kind.endswith("rotation"):
            orders[joint] = orders.get(joint, "") + kind[0]
    return orders


def _vector(*words: str) -> np.ndarray:
    try:
        return np.array(words, dtype=np.float64)
    except ValueError as error:
        raise MotionError("unreadable", f"an OFFSET is no number: {error}") from error


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


def _bends(hierarchy: Hierarchy, columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    bends = {}
    for joint, offset in hierarchy.child_offsets.items():
        order = hierarchy.rotation_orders.get(joint, "")
        length = float(np.linalg.norm(offset))
        if len(order) != 3 or length == 0:
            continue
        angles_rad = [np.radians(columns[f"{joint}.{axis}rotation"]) for axis in order]
        rotation = rotation_matrices(list(order), angles_rad)
        cosine = np.einsum("tij,i,j->t", rotation, offset, offset) / length**2
        bends[f"{joint}.bend"] = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return bends


def rotation_matrices(order: list[str], angles_rad: list[np.ndarray]) -> np.ndarray:
    """Rotation matrices (T, 3, 3) of body-fixed turns about `order`, the first one outermost."""
    total = np.broadcast_to(np.eye(3), (len(angles_rad[0]), 3, 3))
    for axis, angle in zip(order, angles_rad, strict=True):
        i, j = ((AXES[axis] + k) % 3 for k in (1, 2))
        turn = np.broadcast_to(np.eye(3), total.shape).copy()
        turn[:, i, i] = turn[:, j, j] = np.cos(angle)
        turn[:, j, i], turn[:, i, j] = np.sin(angle), -np.sin(angle)
        total = total @ turn
    return total
