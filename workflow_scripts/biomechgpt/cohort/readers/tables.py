"""Motion in plain tables: `.csv` and `.parquet`, one row a frame, one column a coordinate."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.cohort.readers.body import read_line, read_table, take_time
from biomechgpt.cohort.readers.opensim import read_opensim
from biomechgpt.cohort.readers.points import names_of_numbers, read_unnamed
from biomechgpt.cohort.readers.raw import MotionError, RawMotion, check_unpacked


def read_csv(path: Path) -> RawMotion:
    """Read a CSV file with names in its first row, a `.mot` that was saved again as CSV, or points
    without names.

    Raises:
        MotionError: `unreadable` or `one_row`.
    """
    with open(path, "rb") as file:
        first = read_line(file)
        if (names := names_of_numbers(first)) is not None:
            return read_unnamed(path, names)
        if "endheader" in _beginning(file, first).lower():
            return read_opensim(path)
        file.seek(0)
        table = read_table(file)
    return RawMotion(take_time(table.columns), table.columns, None, table.notes)


def _beginning(file: object, first: str) -> str:
    return first + file.read(20_000).decode("utf-8", errors="replace")


def read_parquet(path: Path) -> RawMotion:
    """Read the numeric columns of a Parquet file; metadata `unit` may say `deg` or `rad`.

    Raises:
        MotionError: `unreadable` or `one_row`.
    """
    try:
        file = pq.ParquetFile(path)
        names = [
            field.name
            for field in file.schema_arrow
            if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
        ]
        n_bytes = 8 * file.metadata.num_rows * len(names)
        check_unpacked(n_bytes, len(names), path.stat().st_size)
        table = file.read(names)
    except (pa.ArrowException, OSError) as error:
        raise MotionError("unreadable", f"no Parquet file that can be read: {error}") from error
    columns = {name: table.column(name).to_numpy().astype(np.float64) for name in names}
    if not columns:
        raise MotionError("not_motion", "the table has no column of numbers")
    if table.num_rows < 2:
        raise MotionError("one_row", "a motion needs at least two rows")
    unit = (table.schema.metadata or {}).get(b"unit", b"").decode("utf-8", errors="replace")
    return RawMotion(take_time(columns), columns, unit if unit in ("deg", "rad") else None, [])
