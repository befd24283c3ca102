"""LocoMuJoCo `.npz` archives: one array a coordinate, `q_*` positions and `dq_*` velocities."""

import io
import math
import zipfile
from pathlib import Path

import numpy as np

from biomechgpt.cohort.readers.body import take_time
from biomechgpt.cohort.readers.raw import MotionError, Note, RawMotion, check_unpacked
from biomechgpt.cohort.readers.several import check_dividers

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
RATE_KEYS = ("frequency", "fps", "frame_rate_hz")
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
    """Read the one-dimensional arrays of a NumPy archive; pickled objects are refused.

    LocoMuJoCo stores radians and no time; an array `frequency` is taken as the frame rate, and
    `dq_*` tell what it must be near.

    Raises:
        MotionError: `unreadable`, `one_row`, `several_recordings` or, for other programs' archives,
            `not_motion`.
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
    _check_contents(arrays)
    vectors = {k: a for k, a in arrays.items() if a.ndim == 1 and a.dtype.kind in "fiu"}
    positions = {k: a.astype(np.float64) for k, a in vectors.items() if not k.startswith("dq_")}
    lengths = {len(a) for k, a in positions.items() if k.startswith("q_")}
    if len(lengths) != 1:
        raise MotionError("unreadable", "the arrays q_* are missing or differ in length")
    n_frames = lengths.pop()
    if n_frames < 2:
        raise MotionError("one_row", "a motion needs at least two rows")
    columns = {k: a for k, a in positions.items() if len(a) == n_frames}
    check_dividers(columns)
    rate_hz = next(
        (float(arrays[k]) for k in RATE_KEYS if k in arrays and arrays[k].size == 1), None
    )
    ignored = arrays.keys() - columns.keys() - {*RATE_KEYS, CLIPS}
    ignored = sorted(name for name in ignored if not name.startswith("dq_"))
    detail = f"not {n_frames} numbers in a row, ignored: {', '.join(ignored)}"
    notes = [Note("ignored_arrays", detail)] if ignored else []
    implied_hz = _implied_rate_hz(vectors, n_frames)
    return RawMotion(take_time(columns), columns, "rad", notes, rate_hz, implied_hz)


def _check_contents(arrays: dict[str, np.ndarray]) -> None:
    """Refuse archives of several clips, and other programs' archives with what to do about them."""
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
    """The rate at which the differences of `q_*` fit `dq_*`, None where they do not fit well.

    Of a clip that barely moves, the differences are noise: then the regressions of the one on the
    other and of the other on the one lie apart.
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
