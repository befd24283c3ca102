"""Frames in Parquet: a row a frame, a column a coordinate; no trial spans two row groups.

What is known of each trial (participant, cohort, frame rate, ...) stands once, as JSON, in the
file's metadata under `trials`, in the order of the rows. A coordinate that a recording lacks is
NaN in every frame of its trial; a gap is NaN in some.
"""

import json
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CONTRACT = "1"
ROWS_PER_GROUP = 20_000


class Trial(NamedTuple):
    """A trial: what is known of it, and its frames."""

    info: dict  # trial_id and whatever else was written
    frames: np.ndarray  # (T, C) float32, columns as the file names them
    time_s: np.ndarray | None  # (T,) float64, only where the file carries it


class FrameWriter:
    """Write trials to one Parquet file, holding no more than a row group in memory."""

    def __init__(self, path: os.PathLike, names: Sequence[str], unit: str, with_time: bool = False):
        self.names, self.with_time = tuple(names), with_time
        fields = [("trial_id", pa.dictionary(pa.int32(), pa.string())), ("frame", pa.int32())]
        fields += [("time_s", pa.float64())] if with_time else []
        fields += [(name, pa.float32()) for name in self.names]
        metadata = {"contract": CONTRACT, "unit": unit, "coordinates": json.dumps(self.names)}
        self.schema = pa.schema(fields, metadata=metadata)
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")
        self.infos: list[dict] = []
        self.pending: list[pa.Table] = []

    def __enter__(self) -> "FrameWriter":
        return self

    def write(self, info: dict, frames: np.ndarray, time_s: np.ndarray | None = None) -> None:
        """Add one trial; `info` must hold `trial_id`, `frames` is (T, C) in the order of `names`."""
        n_frames = len(frames)
        indices = pa.array(np.zeros(n_frames, np.int32))
        columns = [pa.DictionaryArray.from_arrays(indices, pa.array([info["trial_id"]]))]
        columns += [pa.array(np.arange(n_frames, dtype=np.int32))]
        columns += [pa.array(np.asarray(time_s, np.float64))] if self.with_time else []
        columns += [pa.array(np.ascontiguousarray(c, np.float32)) for c in np.asarray(frames).T]
        self.infos.append({**info, "n_frames": n_frames})
        self.pending.append(pa.Table.from_arrays(columns, schema=self.schema))
        if sum(table.num_rows for table in self.pending) >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self.pending:
            table = pa.concat_tables(self.pending).unify_dictionaries()
            self.writer.write_table(table, row_group_size=table.num_rows)
            self.pending = []

    def __exit__(self, *_: object) -> None:
        self._flush()
        self.writer.add_key_value_metadata({"trials": json.dumps(self.infos)})
        self.writer.close()


def read_infos(path: os.PathLike) -> list[dict]:
    """What is known of each trial of a file, in the order of its rows."""
    return _trials(pq.read_metadata(path))


def _trials(metadata: pq.FileMetaData) -> list[dict]:
    # Written after the last row, so it stands in the footer and not in the Arrow schema.
    return json.loads(metadata.metadata[b"trials"])


def read_trials(path: os.PathLike) -> Iterator[Trial]:
    """Yield the trials of a file one after the other, reading a row group at a time."""
    file = pq.ParquetFile(path)
    infos = iter(_trials(file.metadata))
    names = json.loads(file.schema_arrow.metadata[b"coordinates"])
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        frames = np.stack([table[name].to_numpy() for name in names], axis=1)
        time_s = table["time_s"].to_numpy() if "time_s" in table.column_names else None
        start = 0
        while start < len(frames):
            info = next(infos)
            stop = start + info["n_frames"]
            yield Trial(info, frames[start:stop], None if time_s is None else time_s[start:stop])
            start = stop
