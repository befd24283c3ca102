"""Files of features as they stand on disk: one array of `.npy`, `.npz` or `.parquet`."""

import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.video.feature_sidecars import VideoError

LARGEST_BYTES = 1 << 30  # an hour of 25 pictures a second at a width of 2,304 is 0.8 GiB in float32
CROPS = 10
TEN_CROPS = (
    "ten crops of each picture, of which five are mirrored: their mean would erase left and right. "
    "Keep the centre crop alone"
)


def read_array(path: Path) -> np.ndarray:
    """The one array of a file.

    Raises:
        VideoError: `unreadable` or `unknown_format`.
    """
    readers = {".npy": _read_npy, ".npz": _read_npz, ".parquet": _read_parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise VideoError("unknown_format", f"{path.suffix!r} is none of {', '.join(readers)}")
    if not path.is_file():
        raise VideoError("no_file", "there is no such file; correct the path in trials.tsv")
    try:
        array = reader(path)
    except (
        ValueError,
        OSError,
        EOFError,
        KeyError,
        zipfile.BadZipFile,
        pa.ArrowException,
    ) as error:
        raise VideoError("unreadable", f"no array of numbers: {error}") from error
    if array.dtype.kind not in "fiu":
        raise VideoError("unreadable", f"an array of {array.dtype}, not of numbers")
    return array


def _read_npy(path: Path) -> np.ndarray:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    _check_size(array.nbytes)
    return array


def _read_npz(path: Path) -> np.ndarray:
    with zipfile.ZipFile(path) as archive:
        _check_size(sum(item.file_size for item in archive.infolist()))
    with np.load(path, allow_pickle=False) as archive:
        names = archive.files
        if len(names) != 1:
            raise ValueError(
                f"it holds {len(names)} arrays ({', '.join(names[:5])}); keep the features"
            )
        return archive[names[0]]


def _read_parquet(path: Path) -> np.ndarray:
    """Columns of numbers, or one column of lists of equal length."""
    table = pq.read_table(path)
    if table.num_columns == 1 and pa.types.is_nested(table.schema.types[0]):
        return np.array(table.column(0).to_pylist(), np.float32)
    return np.column_stack([column.to_numpy() for column in table.columns])


def _check_size(n_bytes: int) -> None:
    if n_bytes > LARGEST_BYTES:
        raise ValueError(f"{n_bytes} bytes; {LARGEST_BYTES} at most: use a longer stride")


def read_rows(path: Path, source: FeatureSource) -> np.ndarray:
    """The features (S, W) float32 of a file, one row a step.

    Raises:
        VideoError: `ten_crops`, `not_rows`, `other_width`, or as `read_array`.
    """
    array = read_array(path)
    if source.ten_crop or _looks_like_ten_crops(array, path):
        raise VideoError("ten_crops", TEN_CROPS)
    if array.ndim == 3 and 1 in array.shape[:2]:
        array = array.reshape(-1, array.shape[2])
    if array.ndim != 2:
        raise VideoError(
            "not_rows",
            f"an array of shape {array.shape}: a row a step is needed, (steps, numbers). Of patches keep "
            "the class token (pooling: cls) or their mean (pooling: mean)",
        )
    if source.width is not None and source.width != array.shape[1]:
        raise VideoError(
            "other_width", f"rows of {array.shape[1]} numbers, the sidecar says {source.width}"
        )
    return np.array(array, np.float32)


def _looks_like_ten_crops(array: np.ndarray, path: Path) -> bool:
    """An axis of ten, or a file for each of ten crops: `walk__0.npy` to `walk__9.npy`."""
    if array.ndim == 3 and CROPS in array.shape[:2]:
        return True
    stem, _, number = path.stem.rpartition("__")
    return number.isdecimal() and all(
        path.with_name(f"{stem}__{crop}{path.suffix}").is_file() for crop in range(CROPS)
    )
