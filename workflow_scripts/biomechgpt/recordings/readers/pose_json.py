"""Poses in `.json`: world landmarks of MediaPipe, three-dimensional keypoints of OpenPose."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from biomechgpt.recordings.readers.point_tables import array_columns
from biomechgpt.recordings.readers.raw import UNPACKED_BYTES, MotionError, RawMotion

FRAME_LISTS = ("frames", "data", "results")
WORLD_KEYS = ("pose_world_landmarks", "poseWorldLandmarks", "world_landmarks", "worldLandmarks")
POINT_KEYS = (*WORLD_KEYS, "keypoints3D", "keypoints3d", "keypoints_3d", "pose_keypoints_3d")
IMAGE_KEYS = ("pose_landmarks", "poseLandmarks", "landmarks", "pose_keypoints_2d")
SECONDS = {"time": 1.0, "time_s": 1.0, "timestamp_ms": 1e-3, "timestampMs": 1e-3}
LARGEST_GAP = 10  # frames for each file of a folder
RATE_KEYS = ("fps", "frame_rate_hz", "frequency")


def read_pose_json(path: Path) -> RawMotion:
    """Read a list of frames, each a list of points or an object that holds one.

    A point is `[x, y, z]`, `[x, y, z, confidence]` or an object with x, y and z. Points of
    frames without a person are NaN.

    Raises:
        MotionError: `unreadable`, `not_motion`, `one_row`, `image_coordinates` or `several_recordings`.
    """
    if path.stat().st_size > UNPACKED_BYTES:
        raise MotionError(
            "unreadable", f"larger than {UNPACKED_BYTES} bytes; export it as .npz or .csv"
        )
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    rate_hz = None
    if isinstance(content, dict):
        rate_hz = next((float(content[key]) for key in RATE_KEYS if content.get(key)), None)
        content = next((content[key] for key in FRAME_LISTS if key in content), None)
    if not isinstance(content, list):
        raise MotionError(
            "not_motion",
            "no list of frames, as docs/joint_centres.md shows it; labels belong in participants.tsv and "
            "trials.tsv",
        )
    return _motion(content, rate_hz)


def read_pose_folder(path: Path) -> RawMotion:
    """Read a folder with a `.json` file a frame, as OpenPose writes it with `--3d --write_json`.

    The last number in a file's name is that of its frame; a number that is missing is a frame in
    which nobody was seen.

    Raises:
        MotionError: as `read_pose_json`, and `not_motion` where the folder holds no such files.
    """
    files = {}
    for file in path.glob("*.json"):
        if numbers := re.findall(r"\d+", file.stem):
            files[int(numbers[-1])] = file
    if not files:
        raise MotionError("not_motion", "the folder holds no .json file with a number in its name")
    first, n_frames = min(files), max(files) - min(files) + 1
    if n_frames > LARGEST_GAP * len(files):
        detail = f"{len(files)} files are numbered from {first} to {max(files)}: frames are missing"
        raise MotionError("unreadable", detail)
    frames: list = [[] for _ in range(n_frames)]
    for number, file in files.items():
        frames[number - first] = json.loads(file.read_bytes())
    return _motion(frames, None)


def _motion(frames: list, rate_hz: float | None) -> RawMotion:
    """The motion of frames as JSON holds them; `rate_hz` where the file states it."""
    poses = [_pose(frame, number) for number, frame in enumerate(frames, start=1)]
    n_points = max((len(pose) for pose in poses), default=0)
    points = np.full((len(poses), n_points, 4), np.nan)
    for index, pose in enumerate(poses):
        if len(pose) not in (0, n_points):
            detail = f"frame {index + 1} has {len(pose)} points, others have {n_points}"
            raise MotionError("unreadable", detail)
        if pose:
            points[index] = pose
    return RawMotion(_times(frames), array_columns(points), None, [], rate_hz)


def _times(frames: list) -> np.ndarray | None:
    first = frames[0] if frames and isinstance(frames[0], Mapping) else {}
    for key, seconds in SECONDS.items():
        if key in first:
            return np.array([float(frame[key]) for frame in frames]) * seconds
    return None


def _pose(frame: object, number: int) -> list[list[float]]:
    """The points of a frame, each x, y, z, confidence; none where nobody was seen."""
    if isinstance(frame, Mapping) and "people" in frame:
        if len(frame["people"]) > 1:
            detail = f"frame {number} shows {len(frame['people'])} people; keep one"
            raise MotionError("several_recordings", detail)
        frame = frame["people"][0] if frame["people"] else []
    if isinstance(frame, Mapping):
        frame = _point_list(frame, number)
    if not frame:
        return []
    if isinstance(frame[0], list) and isinstance(frame[0][0], Mapping | list):
        if len(frame) > 1:
            detail = f"frame {number} shows {len(frame)} people; keep one"
            raise MotionError("several_recordings", detail)
        frame = frame[0]
    if isinstance(frame[0], int | float):  # OpenPose: x, y, z, confidence of each point in turn
        frame = [frame[start : start + 4] for start in range(0, len(frame), 4)]
    return [_point(point) for point in frame]


def _point_list(frame: Mapping, number: int) -> list:
    for key in POINT_KEYS:
        if frame.get(key) is not None and (frame[key] or key in WORLD_KEYS):
            return frame[key]
    if any(frame.get(key) for key in IMAGE_KEYS):
        raise MotionError(
            "image_coordinates",
            f"frame {number} holds image coordinates only; export three-dimensional ones "
            "(MediaPipe: pose_world_landmarks; OpenPose: --3d)",
        )
    return []


def _point(point: object) -> list[float]:
    values = [point[axis] for axis in "xyz"] if isinstance(point, Mapping) else list(point)
    if len(values) not in (3, 4):
        detail = f"a point has {len(values)} numbers, not x, y, z and perhaps a confidence"
        raise MotionError("unreadable", detail)
    return [float(value) for value in values] + [1.0] * (4 - len(values))
