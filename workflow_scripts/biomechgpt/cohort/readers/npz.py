"""LocoMuJoCo `.npz` archives: one array a coordinate, `q_*` positions and `dq_*` velocities."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np

from biomechgpt.cohort.readers.raw import MotionError, RawMotion, check_unpacked

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
RATE_KEYS = ("frequency", "fps", "frame_rate_hz")


def read_npz(path: Path) -> RawMotion:
    """Read the one-dimensional arrays of a NumPy archive; pickled objects are refused.

    LocoMuJoCo stores radians and no time; an array `frequency` is taken as the frame rate, and
    `dq_*` tell what it must be near.

    Raises:
        MotionError: `unreadable` or `one_row`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item for item in archive.infolist() if item.filename.endswith(".npy")]
            n_bytes = sum(item.file_size for item in members)
            check_unpacked(n_bytes, len(members), path.stat().st_size)
            arrays = {item.filename[:-4]: _read_array(archive, item) for item in members}
    except MotionError:
        raise
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, AttributeError) as error:
        raise MotionError("unreadable", f"no NumPy archive of plain arrays: {error}") from error
    rate_hz = next(
        (float(arrays[k]) for k in RATE_KEYS if k in arrays and arrays[k].size == 1), None
    )
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


def _read_array(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> np.ndarray:
    """A plain array; what its header claims is compared with what is there before it is believed."""
    with archive.open(item) as file:
        content = io.BytesIO(file.read(item.file_size))
    version = np.lib.format.read_magic(content)
    read_header = HEADERS.get(version)
    if read_header is None:
        raise ValueError(f"{item.filename} has the unknown version {version}")
    shape, _, kind = read_header(content)
    n_bytes = math.prod(shape) * kind.itemsize
    if n_bytes > item.file_size:
        raise ValueError(f"{item.filename} claims {n_bytes} bytes and has {item.file_size}")
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
