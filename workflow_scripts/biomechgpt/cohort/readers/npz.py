"""NumPy files: LocoMuJoCo's angles, an array `q_*` a coordinate, or points (frames, points, 3)."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np

from biomechgpt.cohort.readers.body import TIME_NAMES
from biomechgpt.cohort.readers.points import array_columns
from biomechgpt.cohort.readers.raw import MotionError, RawMotion, check_unpacked

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
RATE_KEYS = ("frequency", "fps", "frame_rate_hz")
NAME_KEYS = ("names", "joint_names", "keypoint_names")


def read_npz(path: Path) -> RawMotion:
    """Read the arrays of a NumPy archive; pickled objects are refused.

    An archive without `q_*` must hold one array of points (T, K, 3) or (T, K, 4). LocoMuJoCo stores
    radians and no time; an array `frequency` is taken as the frame rate, and `dq_*` tell what it
    must be near.

    Raises:
        MotionError: `unreadable` or `one_row`.
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
    rate_hz = next(
        (float(arrays[k]) for k in RATE_KEYS if k in arrays and arrays[k].size == 1), None
    )
    if not any(key.startswith("q_") for key in arrays):
        return _points(arrays, rate_hz)
    vectors = {k: a for k, a in arrays.items() if a.ndim == 1 and a.dtype.kind in "fiu"}
    positions = {k: a.astype(np.float64) for k, a in vectors.items() if not k.startswith("dq_")}
    lengths = {len(a) for k, a in positions.items() if k.startswith("q_")}
    if len(lengths) != 1:
        raise MotionError("unreadable", "the arrays q_* are missing or differ in length")
    n_frames = lengths.pop()
    if n_frames < 2:
        raise MotionError("one_row", "a motion needs at least two rows")
    columns = {k: a for k, a in positions.items() if len(a) == n_frames}
    time_s = columns.pop("time", None)
    return RawMotion(time_s, columns, "rad", [], rate_hz, _implied_rate_hz(vectors, n_frames))


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


def _points(arrays: dict[str, np.ndarray], rate_hz: float | None) -> RawMotion:
    names = [key for key, array in arrays.items() if array.ndim == 3]
    if len(names) != 1:
        raise MotionError(
            "unreadable",
            "the arrays q_* are missing or differ in length, and there is not one array of points "
            f"(frames, points, 3) but {len(names)}",
        )
    points = arrays[names[0]]
    labels = next((arrays[key] for key in NAME_KEYS if key in arrays), np.empty(0))
    columns = array_columns(points, [str(label) for label in labels.ravel()])
    times = [
        arrays[key] for key in TIME_NAMES if key in arrays and arrays[key].shape == (len(points),)
    ]
    return RawMotion(times[0].astype(np.float64) if times else None, columns, None, [], rate_hz)


def _read_member(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(item) as file:
        content = io.BytesIO(file.read(item.file_size))
    return _read_array(content, item.filename, item.file_size)


def _read_array(content: io.BytesIO, name: str, n_content: int) -> np.ndarray:
    """A plain array; what its header claims is compared with what is there before it is believed."""
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
    """The rate at which the differences of `q_*` fit `dq_*` best."""
    steps_times_speed = speed_squared = 0.0
    for name, speed in vectors.items():
        position = vectors.get(name[1:]) if name.startswith("dq_") else None
        if position is None or not len(position) == len(speed) == n_frames:
            continue
        mean_speed = (speed[1:] + speed[:-1]) / 2
        steps_times_speed += float(np.nansum(mean_speed * np.diff(position)))
        speed_squared += float(np.nansum(mean_speed**2))
    return speed_squared / steps_times_speed if steps_times_speed > 0 else None
