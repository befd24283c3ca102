"""Keypoints in the picture as steps of a video: about the hips, in lengths of the trunk."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.video.feature_arrays import read_array
from biomechgpt.video.feature_sidecars import VideoError

# By number of points: right hip, left hip, right shoulder, left shoulder.
TRUNKS = {
    17: (12, 11, 6, 5),  # COCO
    18: (8, 11, 2, 5),  # OpenPose, COCO
    25: (9, 12, 2, 5),  # OpenPose, BODY_25
    26: (12, 11, 6, 5),  # Halpe
    33: (24, 23, 12, 11),  # MediaPipe
    133: (12, 11, 6, 5),  # COCO, whole body
}
LONGEST_GAP_S = 0.5  # that is closed by a straight line
LEAST_SEEN = 0.5  # share of the pictures in which the hips must be
SHARE_OF_PICTURE = 1.5  # coordinates up to this size are shares of the picture and not pixels
PLAIN_COLUMN = r"(?:(?P<name>.+)[_.](?P<axis>{0})|(?P<first>{0})_?(?P<number>\d+))"
AXES = {"x": 0, "y": 1, "v": 2, "visibility": 2, "confidence": 2, "score": 2, "c": 2}


def read_keypoints(path: Path, source: FeatureSource) -> np.ndarray:
    """The keypoints of a file, or of a folder of OpenPose, as steps (T, 3 * P): x, y, confidence.

    Raises:
        VideoError: `unreadable`, `unknown_format`, `several_people`, `unknown_layout`, `no_aspect` or
            `hips_not_seen`.
    """
    points = _points(path)  # (T, P, 3)
    trunk = TRUNKS.get(points.shape[1])
    if trunk is None:
        raise VideoError(
            "unknown_layout",
            f"{points.shape[1]} points a picture; known are {', '.join(map(str, TRUNKS))} (COCO, OpenPose, "
            "Halpe, MediaPipe)",
        )
    places, seen = points[..., :2].copy(), _seen(points)
    if np.abs(places[seen]).max(initial=0) <= SHARE_OF_PICTURE:
        if source.aspect is None:
            raise VideoError(
                "no_aspect",
                "the coordinates are shares of the picture: write aspect, its width divided by its height, "
                "into the sidecar",
            )
        places[..., 0] *= source.aspect
    return _about_the_hips(places, np.where(seen, points[..., 2], 0.0), trunk, source)


def _points(path: Path) -> np.ndarray:
    """The points (T, P, 3) of a file: x, y, confidence, which is 1 where the file has none."""
    if path.is_dir():
        return _openpose(path)
    if path.suffix.lower() == ".csv":
        return _table(path)
    array = np.array(read_array(path), np.float64)
    if array.ndim == 2 and array.shape[1] % 3 == 0:
        array = array.reshape(len(array), -1, 3)
    if array.ndim != 3 or array.shape[2] not in (2, 3):
        raise VideoError(
            "unreadable",
            f"an array of shape {array.shape}; (pictures, points, 3) is needed: x, y, confidence",
        )
    if array.shape[2] == 2:
        array = np.concatenate([array, np.ones((*array.shape[:2], 1))], axis=2)
    return array


def _openpose(folder: Path) -> np.ndarray:
    """A folder with a `.json` file a picture, as OpenPose writes it with `--write_json`."""
    files = sorted(folder.glob("*.json"))
    people = [_people(file) for file in files]
    n_numbers = max((len(person) for frame in people for person in frame), default=0)
    if not n_numbers:
        raise VideoError("unreadable", "no .json file with pose_keypoints_2d of a person")
    for file, frame in zip(files, people, strict=True):
        if len(frame) > 1:
            raise VideoError(
                "several_people",
                f"{file.name} shows {len(frame)} people, whose order OpenPose does not keep; keep one person",
            )
    nobody = [0.0] * n_numbers
    return np.array([frame[0] if frame else nobody for frame in people]).reshape(len(files), -1, 3)


def _people(file: Path) -> Sequence[list[float]]:
    try:
        people = json.loads(file.read_text(encoding="utf-8"))["people"]
        return [person["pose_keypoints_2d"] for person in people]
    except (ValueError, KeyError, TypeError) as error:
        raise VideoError(
            "unreadable", f"{file.name} is none of OpenPose's files: {error!r}"
        ) from error


def _table(path: Path) -> np.ndarray:
    """A table with columns such as `LEFT_HIP_x` or `x11` for each point, as MediaPipe's are written."""
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise VideoError("unreadable", f"no table: {error}") from error
    names = "|".join(AXES)
    columns: dict[str, dict[int, str]] = {}
    for column in table:
        match = re.fullmatch(PLAIN_COLUMN.format(names), column)
        if match:
            name, axis = match["name"] or match["number"], match["axis"] or match["first"]
            columns.setdefault(name, {})[AXES[axis]] = column
    whole = [axes for axes in columns.values() if {0, 1} <= axes.keys()]
    points = np.ones((len(table), len(whole), 3))
    for place, of_point in enumerate(whole):
        for axis, column in of_point.items():
            points[:, place, axis] = pd.to_numeric(table[column], errors="coerce")
    return points


def _seen(points: np.ndarray) -> np.ndarray:
    """Which points (T, P) were seen: those without numbers, at 0, 0 or of no confidence were not."""
    known = np.isfinite(points).all(axis=2) & (points[..., 2] > 0)
    return known & (np.abs(points[..., :2]).sum(axis=2) > 0)


def _about_the_hips(
    places: np.ndarray, confidence: np.ndarray, trunk: tuple[int, ...], source: FeatureSource
) -> np.ndarray:
    """Places (T, P, 2) in lengths of the trunk from the middle of the hips, with their confidence (T, P)."""
    hips, shoulders = list(trunk[:2]), list(trunk[2:])
    there = (confidence[:, list(trunk)] > 0).all(axis=1)
    if there.mean() < LEAST_SEEN:
        raise VideoError(
            "hips_not_seen",
            f"hips and shoulders are seen in {there.mean():.0%} of the pictures only",
        )
    longest = round(LONGEST_GAP_S * source.fps / source.stride_frames)
    closed, known = _closed(np.where(confidence[..., None] > 0, places, np.nan), longest)
    middle = closed[:, hips].mean(axis=1, keepdims=True)
    length = np.linalg.norm(
        closed[there][:, shoulders].mean(1) - closed[there][:, hips].mean(1), axis=1
    )
    known &= np.isfinite(middle[..., 0])
    relative = np.where(known[..., None], (closed - middle) / max(np.median(length), 1e-9), 0.0)
    steps = np.concatenate([relative, np.where(known, confidence, 0.0)[..., None]], axis=2)
    return steps.reshape(len(steps), -1).astype(np.float32)


def _closed(places: np.ndarray, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """Places (T, P, 2) with gaps of up to `longest` steps closed, and which (T, P) are known then."""
    columns = pd.DataFrame(places.reshape(len(places), -1))
    filled = columns.interpolate(limit_area="inside")
    gaps = columns.isna()
    lengths = gaps.apply(lambda gap: gap.groupby((~gap).cumsum()).transform("sum"))
    closed = filled.mask(gaps & (lengths > longest)).to_numpy().reshape(places.shape)
    return closed, np.isfinite(closed).all(axis=2)
