"""Trials as tokens in Parquet: one row a trial, and the hash of the tokenizer that made them."""

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.errors import InputError
from biomechgpt.files import replacing

FIELDS = [
    ("trial_id", pa.string()),
    ("participant_id", pa.string()),
    ("n_frames", pa.int64()),
    ("frame_rate_hz", pa.float64()),
    ("tokens", pa.list_(pa.uint16())),
    ("mirrored_tokens", pa.list_(pa.uint16())),
]


class TokenTable(NamedTuple):
    """The tokens of many trials, in one order; `metadata` names the tokenizer that made them."""

    trial_ids: list[str]
    participant_ids: list[str]
    tokens: list[np.ndarray]  # each (n_tokens,) uint16
    metadata: dict[str, str]
    mirrored: Sequence[np.ndarray] = ()  # those of the same movements with left and right exchanged


def tokens_per_step(metadata: dict[str, str]) -> int:
    """Tokens that stand for the same `downsampling` frames."""
    return int(metadata.get("tokens_per_step", 1))


def codes_per_book(metadata: dict[str, str]) -> int:
    """Codes of each of the codebooks whose tokens stand behind one another in the vocabulary."""
    return int(metadata["codebook_size"]) // tokens_per_step(metadata)


def seconds_per_token(metadata: dict[str, str]) -> float:
    """Seconds of movement for each token of the stream."""
    frames_per_token = int(metadata["downsampling"]) / tokens_per_step(metadata)
    return frames_per_token / float(metadata["frame_rate_hz"])


def gather_tokens(paths: Sequence[os.PathLike], tokens_path: os.PathLike) -> None:
    """Write the tokens of all shards to one file, in the order of `paths`.

    Raises `InputError` when the shards were made by different tokenizers.
    """
    first = pq.read_schema(paths[0])
    with replacing(tokens_path) as temporary, pq.ParquetWriter(temporary, first) as writer:
        for path in paths:
            table = pq.read_table(path)
            _check_same_tokenizer(table.schema, path, first, paths[0])
            writer.write_table(table)


def _check_same_tokenizer(
    schema: pa.Schema, path: os.PathLike, first: pa.Schema, first_path: os.PathLike
) -> None:
    key = b"tokenizer_sha256"
    if schema.metadata[key] != first.metadata[key]:
        raise InputError(f"{path}: made by another tokenizer than {first_path}; delete both")


def read_tokens(paths: Sequence[os.PathLike]) -> TokenTable:
    """The tokens of all files.

    Raises `InputError` when the files were made by different tokenizers.
    """
    tables = [pq.read_table(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        _check_same_tokenizer(table.schema, path, tables[0].schema, paths[0])
    table = pa.concat_tables(tables)
    return TokenTable(
        table["trial_id"].to_pylist(),
        table["participant_id"].to_pylist(),
        _arrays(table["tokens"]),
        {k.decode(): v.decode() for k, v in table.schema.metadata.items()},
        _arrays(table["mirrored_tokens"]),
    )


def _arrays(column: pa.ChunkedArray) -> list[np.ndarray]:
    """The lists of a column as arrays, each a part of one: Python's numbers would take ten times as much."""
    lists = column.combine_chunks()
    values = lists.values.to_numpy().astype(np.uint16)
    return [values[start:stop] for start, stop in pairwise(lists.offsets.to_numpy())]
