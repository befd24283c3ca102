"""NumPy files: LocoMuJoCo's angles, an array `q_*` a coordinate, or points (frames, points, 3)."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np

from biomechgpt.recordings.readers.point_tables import array_columns
from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion, check_unpacked
from biomechgpt.recordings.readers.several import check_dividers
from biomechgpt.recordings.readers.text_table import TIME_NAMES, take_time

HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
RATE_KEYS = ("frequency", "fps", "frame_rate_hz")
NAME_KEYS = ("names", "joint_names", "keypoint_names")
CLIPS = "split_points"
OTHER_ARCHIVES = {
    frozenset(
        {"poses", "trans"}
    ): "rotations of the body model SMPL, as AMASS has them, are no joint "
    "angles; fit an OpenSim model to them and export its coordinates",
    frozenset(
        {"qpos"}
    ): "LocoMuJoCo from 1.0 on keeps all joints in one array qpos; save each joint's "
    "as an array q_{joint}, with frequency beside them",
}
REGRESSIONS_DIFFER = 0.1  # of a rate from velocities, from where on it is no estimate


def read_npz(path: Path) -> RawMotion:
    """Read the arrays of a NumPy archive; pickled objects are refused.

    An archive without `q_*` must hold one array of points (T, K, 3) or (T, K, 4). LocoMuJoCo stores
    radians and no time; an array `frequency` is taken as the frame rate, and `dq_*` tell what it
    must be near.

    Raises:
        MotionError: `unreadable`, `one_row`, `several_recordings` or, for other programs' archives,
            `not_motion`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if item.filename.endswith(".npy")]
            n_bytes = sum(item.file_size for item in members)
            check_unpacked(n_bytes, len(members), path.stat().st_size)
            arrays = {item.filename[:-4]: _read_member(archive, item) for item in members}
    except MotionError:
        raise
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, AttributeError) as error:
        raise MotionError("unreadable", f"no NumPy archive of plain arrays: {error}") from error
    _check_contents(arrays)
    rate_hz = next(
        (float(arrays[k]) for k in RATE_KEYS if k in arrays and arrays[k].size == 1), None
    )
    if any(name.startswith("q_") for name in arrays):
        return _angles(arrays, rate_hz)
    return _points(arrays, rate_hz)


def read_npy(path: Path) -> RawMotion:
    """Read points (T, K, 3) or (T, K, 4) of one `.npy` file, which holds neither names nor time.

    Raises:
        MotionError: `unreadable` or `one_row`.
    """
    try:
        points = _read_array(io.BytesIO(path.read_bytes()), path.name, path.stat().st_size)
    except (ValueError, EOFError) as error:
        raise MotionError("unreadable", f"no plain NumPy array: {error}") from error
    return RawMotion(None, array_columns(points), None, [])


def _angles(arrays: dict[str, np.ndarray], rate_hz: float | None) -> RawMotion:
    positions = {k: a for k, a in _vectors(arrays).items() if not k.startswith("dq_")}
    lengths = {len(a) for k, a in positions.items() if k.startswith("q_")}
    if len(lengths) != 1:
        raise MotionError("unreadable", "the arrays q_* are missing or differ in length")
    n_frames = lengths.pop()
    if n_frames < 2:
        raise MotionError("one_row", "a motion needs at least two rows")
    columns = {k: a for k, a in positions.items() if len(a) == n_frames}
    check_dividers(columns)
    ignored = sorted(arrays.keys() - columns.keys() - {*RATE_KEYS, CLIPS})
    ignored = [name for name in ignored if not name.startswith("dq_")]
    notes = _note_ignored(ignored, f"{n_frames} numbers in a row")
    implied_hz = _implied_rate_hz(_vectors(arrays), n_frames)
    return RawMotion(take_time(columns), columns, "rad", notes, rate_hz, implied_hz)


def _points(arrays: dict[str, np.ndarray], rate_hz: float | None) -> RawMotion:
    names = [key for key, array in arrays.items() if array.ndim == 3]
    if len(names) != 1:
        raise MotionError(
            "unreadable",
            "there are neither arrays q_* nor a single array of points (frames, points, 3), but "
            f"{len(names)}",
        )
    points = arrays[names[0]]
    labels = next((arrays[key] for key in NAME_KEYS if key in arrays), np.empty(0))
    columns = array_columns(points, [str(label) for label in labels.ravel()])
    beside = {k: a for k, a in arrays.items() if a.ndim == 1 and len(a) == len(points)}
    check_dividers(beside)
    time_s = take_time({k: a for k, a in _vectors(arrays).items() if k in beside})
    read = {names[0], CLIPS, *RATE_KEYS, *NAME_KEYS}
    ignored = sorted(k for k in arrays.keys() - read if k.lower() not in TIME_NAMES)
    return RawMotion(time_s, columns, None, _note_ignored(ignored, "points"), rate_hz)


def _vectors(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays that are numbers in a row, as float64."""
    rows = {k: a for k, a in arrays.items() if a.ndim == 1 and a.dtype.kind in "fiu"}
    return {key: array.astype(np.float64) for key, array in rows.items()}


def _note_ignored(names: list[str], wanted: str) -> list[Note]:
    detail = f"not {wanted}, ignored: {', '.join(names)}"
    return [Note("ignored_arrays", detail)] if names else []


def _check_contents(arrays: dict[str, np.ndarray]) -> None:
    """Refuse archives of several clips, and those of other programs, with advice."""
    n_clips = arrays[CLIPS].size - 1 if CLIPS in arrays else 1
    if n_clips > 1:
        raise MotionError(
            "several_recordings",
            f"{CLIPS} divides it into {n_clips} clips: save each as an archive of its own, with a "
            "row in trials.tsv",
        )
    if any(name.startswith("q_") for name in arrays):
        return
    for names, advice in OTHER_ARCHIVES.items():
        if names <= arrays.keys():
            raise MotionError("not_motion", advice)


def _read_member(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(item) as file:
        content = io.BytesIO(file.read(item.file_size))
    return _read_array(content, item.filename, item.file_size)


def _read_array(content: io.BytesIO, name: str, n_content: int) -> np.ndarray:
    """A plain array, read only where there are as many bytes as its header claims."""
    version = np.lib.format.read_magic(content)
    read_header = HEADERS.get(version)
    if read_header is None:
        raise ValueError(f"{name} has the unknown version {version}")
    shape, _, kind = read_header(content)
    n_bytes = math.prod(shape) * kind.itemsize
    if n_bytes > n_content:
        raise ValueError(f"{name} claims {n_bytes} bytes and has {n_content}")
    content.seek(0)
    return np.lib.format.read_array(content, allow_pickle=False)


def _implied_rate_hz(vectors: dict[str, np.ndarray], n_frames: int) -> float | None:
    """The rate at which the differences of `q_*` fit `dq_*`, None where they do not fit well.

    In a clip that barely moves the differences are noise: the two regressions, of each on the other,
    then differ.
    """
    products = np.zeros(3)  # speed * speed, speed * step, step * step
    for name, speed in vectors.items():
        position = vectors.get(name[1:]) if name.startswith("dq_") else None
        if position is None or not len(position) == len(speed) == n_frames:
            continue
        mean_speed, step = (speed[1:] + speed[:-1]) / 2, np.diff(position)
        pairs = ((mean_speed, mean_speed), (mean_speed, step), (step, step))
        products += [float(np.nansum(first * second)) for first, second in pairs]
    speed_speed, speed_step, step_step = products
    if speed_step <= 0 or speed_speed * step_step > (1 + REGRESSIONS_DIFFER) * speed_step**2:
        return None
    return speed_speed / speed_step
