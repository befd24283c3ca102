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


class TokensMetadata(NamedTuple):
    """The tokenizer that made tokens, and what its tokens stand for; kept in the file's metadata."""

    tokenizer_sha256: str
    statistics_sha256: str
    frame_rate_hz: float
    downsampling: int  # frames a step
    tokens_per_step: int
    vocabulary_size: int  # motion tokens that there are: the codes of all codebooks together

    @classmethod
    def of_schema(cls, schema: pa.Schema) -> "TokensMetadata":
        """What `to_schema` put into the metadata of a file."""
        values = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        values.setdefault("vocabulary_size", values.get("codebook_size"))  # of an earlier version
        return cls(**{name: cls.__annotations__[name](values[name]) for name in cls._fields})

    def to_schema(self) -> dict[str, str]:
        """The fields as text, as Parquet keeps them."""
        return {name: str(value) for name, value in self._asdict().items()}

    @property
    def codes_per_book(self) -> int:
        """Codes of each of the codebooks whose tokens stand behind one another in the vocabulary."""
        return self.vocabulary_size // self.tokens_per_step

    @property
    def seconds_per_token(self) -> float:
        """Seconds of movement for each token of the stream."""
        return self.downsampling / self.tokens_per_step / self.frame_rate_hz


class TokenTable(NamedTuple):
    """The tokens of many trials, in one order."""

    trial_ids: list[str]
    participant_ids: list[str]
    tokens: list[np.ndarray]  # each (n_tokens,) uint16
    metadata: TokensMetadata
    mirrored: Sequence[np.ndarray] = ()  # those of the same movements with left and right exchanged


def gather_tokens(paths: Sequence[os.PathLike], tokens_path: os.PathLike) -> None:
    """Write the tokens of all shards to one file, in the order of `paths`.

    Raises:
        InputError: If the shards were made by different tokenizers.
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

    Raises:
        InputError: If the files were made by different tokenizers.
    """
    tables = [pq.read_table(path) for path in paths]
    for path, table in zip(paths, tables, strict=True):
        _check_same_tokenizer(table.schema, path, tables[0].schema, paths[0])
    table = pa.concat_tables(tables)
    return TokenTable(
        table["trial_id"].to_pylist(),
        table["participant_id"].to_pylist(),
        _arrays(table["tokens"]),
        TokensMetadata.of_schema(table.schema),
        _arrays(table["mirrored_tokens"]),
    )


def _arrays(column: pa.ChunkedArray) -> list[np.ndarray]:
    """The lists of a column as arrays, each a part of one: Python's numbers would take ten times as much."""
    lists = column.combine_chunks()
    values = lists.values.to_numpy().astype(np.uint16)
    return [values[start:stop] for start, stop in pairwise(lists.offsets.to_numpy())]
