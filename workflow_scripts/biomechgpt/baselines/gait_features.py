"""The tables of gait features that the baseline of that name learns from."""

import os
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.frames import read_trials
from biomechgpt.body.gait_measures import gait_features
from biomechgpt.files import replacing

TRIALS_AT_ONCE = 100  # in memory, and in a row group


def measure_shard(
    joint_angles_path: os.PathLike, frame_rate_hz: float, table_path: os.PathLike
) -> None:
    """Write the features of every trial of a shard: one row a trial, `trial_id` as the index."""
    tables = _tables(joint_angles_path, frame_rate_hz)
    first = next(tables, _table({}))
    with replacing(table_path) as temporary, pq.ParquetWriter(temporary, first.schema) as writer:
        for table in chain([first], tables):
            writer.write_table(table)


def _tables(joint_angles_path: os.PathLike, frame_rate_hz: float) -> Iterator[pa.Table]:
    trials = read_trials(joint_angles_path)
    while part := list(islice(trials, TRIALS_AT_ONCE)):
        yield _table({t.info["trial_id"]: gait_features(t.frames, frame_rate_hz) for t in part})


def _table(rows: dict[str, dict[str, float]]) -> pa.Table:
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("trial_id")
    return pa.Table.from_pandas(table.astype(np.float32))


def read_gait_features(paths: Sequence[os.PathLike]) -> pd.DataFrame:
    """The features of all shards, one row a trial, indexed by trial id."""
    return pd.concat([pd.read_parquet(path) for path in paths])
