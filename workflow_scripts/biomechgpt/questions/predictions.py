"""The table of predictions: one schema for the language model and for the baselines."""

import os
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.errors import InputError
from biomechgpt.files import replacing

KEY = ("fold", "variant", "seed", "trial_id", "task", "split", "phrasing_id")
SCHEMA = pa.schema(
    [
        ("fold", pa.string()),
        ("variant", pa.string()),
        ("seed", pa.int64()),
        ("trial_id", pa.string()),
        ("task", pa.string()),
        ("split", pa.string()),
        ("phrasing_id", pa.string()),
        ("participant_id", pa.string()),
        ("kind", pa.string()),
        ("phrasing_held_out", pa.bool_()),
        ("truth", pa.string()),
        ("truth_number", pa.float64()),
        ("answer", pa.string()),
        ("parsed", pa.string()),
        ("number", pa.float64()),
        ("number_mean", pa.float64()),
        ("number_median", pa.float64()),
        ("number_low", pa.float64()),
        ("number_high", pa.float64()),
        ("options", pa.list_(pa.string())),
        ("probabilities", pa.list_(pa.float64())),
    ]
)


def write_predictions(path: os.PathLike, rows: Sequence[dict]) -> None:
    """Write rows that have every column of `SCHEMA`, sorted by key.

    `number` is the number read in `answer`; `number_mean`, `number_median`, `number_low` and
    `number_high` are mean, median, 5 % and 95 % quantile of a predicted distribution, NaN where there
    is none.

    Raises:
        InputError: Two rows have the same key.
    """
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in KEY))
    keys = [tuple(row[name] for name in KEY) for row in ordered]
    for key, next_key in pairwise(keys):
        if key == next_key:
            raise InputError(f"{path}: two predictions for {list(key)}.")
    columns = {name: [row[name] for row in ordered] for name in SCHEMA.names}
    with replacing(path) as temporary:
        pq.write_table(pa.table(columns, schema=SCHEMA), temporary, compression="zstd")


def read_predictions(paths: Sequence[os.PathLike]) -> pd.DataFrame:
    """All predictions of `paths` in one table; InputError where a file has another schema."""
    tables = [pq.read_table(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        if not table.schema.equals(SCHEMA):
            raise InputError(f"{path}: not a table of predictions as this version writes them.")
    return pa.concat_tables(tables).to_pandas()
