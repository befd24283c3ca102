"""Motion in plain tables: `.csv` and `.parquet`, one row a frame, one column a coordinate."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.recordings.readers.opensim import read_opensim
from biomechgpt.recordings.readers.point_tables import names_of_numbers, read_unnamed
from biomechgpt.recordings.readers.raw import MotionError, Note, RawMotion, check_unpacked
from biomechgpt.recordings.readers.several import check_dividers, of_single_subject
from biomechgpt.recordings.readers.text_table import read_line, read_table, take_time
from biomechgpt.recordings.readers.vicon import is_nexus, read_nexus, read_pycgm


def read_csv(path: Path) -> RawMotion:
    """Read a CSV file with names in its first row, or another format with that extension.

    Those are a `.mot` that was saved again, an ASCII export of Vicon Nexus, results of pyCGM, and
    points without names.

    Raises:
        MotionError: `unreadable`, `one_row`, `not_motion` or `several_recordings`.
    """
    with open(path, "rb") as file:
        first = read_line(file)
        if (names := names_of_numbers(first)) is not None:
            return read_unnamed(path, names)
        beginning = f"{first}\n" + file.read(20_000).decode("utf-8", errors="replace")
        if "endheader" in beginning.lower():
            return read_opensim(path)
        if is_nexus(beginning):
            return read_nexus(path)
        if beginning.startswith("#"):
            return read_pycgm(path)
        file.seek(0)
        table = read_table(file)
    columns = of_single_subject(table.columns)
    return RawMotion(take_time(columns), columns, None, table.notes)


def read_parquet(path: Path) -> RawMotion:
    """Read the numeric columns of a Parquet file; metadata `unit` may say `deg` or `rad`.

    Decimals are numbers, durations and points in time seconds.

    Raises:
        MotionError: `unreadable`, `one_row`, `not_motion` or `several_recordings`.
    """
    try:
        file = pq.ParquetFile(path)
        names = [field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)]
        n_bytes = 8 * file.metadata.num_rows * len(names)
        check_unpacked(n_bytes, len(names), path.stat().st_size)
        table = file.read(names)
    except (pa.ArrowException, OSError) as error:
        raise MotionError("unreadable", f"no Parquet file that can be read: {error}") from error
    cells = {name: _numbers(table.column(name)) for name in names}
    columns = {name: values for name, values in cells.items() if values is not None}
    text = [name for name, values in cells.items() if values is None]
    check_dividers(columns | {name: table.column(name).to_pylist() for name in text})
    if not columns:
        raise MotionError("not_motion", "the table has no column of numbers")
    if table.num_rows < 2:
        raise MotionError("one_row", "a motion needs at least two rows")
    unit = (table.schema.metadata or {}).get(b"unit", b"").decode("utf-8", errors="replace")
    text += [field.name for field in file.schema_arrow if pa.types.is_nested(field.type)]
    detail = f"ignored, no numbers in them: {', '.join(text)}"
    notes = [Note("text_columns", detail)] if text else []
    columns = of_single_subject(columns)
    return RawMotion(take_time(columns), columns, unit if unit in ("deg", "rad") else None, notes)


def _numbers(column: pa.ChunkedArray) -> np.ndarray | None:
    """The numbers of a column (T,) float64, times in seconds, or None where it holds none."""
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return column.to_numpy().astype(np.float64)
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64()).to_numpy()
    if pa.types.is_duration(kind) or pa.types.is_timestamp(kind):
        seconds = column.to_numpy().astype(f"{'m' if pa.types.is_duration(kind) else 'M'}8[ns]")
        return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64) / 1e9)
    return None
