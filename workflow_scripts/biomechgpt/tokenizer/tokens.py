"""Trials as tokens in Parquet: one row a trial, and the hash of the tokenizer that made them."""

import logging
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from biomechgpt.body.mirror import mirrored
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.tokenizer.statistics import normalise
from biomechgpt.tokenizer.storage import StoredTokenizer, encode_trial, load_tokenizer
from biomechgpt.tokenizer.windows import read_chosen

log = logging.getLogger(__name__)
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


def tokenise_shard(
    tokenizer_folder: os.PathLike,
    joint_angles_path: os.PathLike,
    trial_ids: set[str],
    tokens_path: os.PathLike,
) -> None:
    """Write the tokens of the accepted trials of one shard (docs/contracts.md)."""
    tokenizer = load_tokenizer(tokenizer_folder)
    rows = []
    for trial in read_chosen([joint_angles_path], trial_ids):
        row = {"trial_id": trial.info["trial_id"], "participant_id": trial.info["participant_id"]}
        row |= {"n_frames": len(trial.frames), "frame_rate_hz": tokenizer.frame_rate_hz}
        row |= {"tokens": tokenise(tokenizer, trial.frames)}
        rows.append(row | {"mirrored_tokens": tokenise(tokenizer, mirrored(trial.frames))})
    schema = pa.schema(FIELDS, metadata=_metadata(tokenizer))
    with replacing(tokens_path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary)
    log.info("%d trials", len(rows))


def tokenise(tokenizer: StoredTokenizer, joint_angles_rad: np.ndarray) -> np.ndarray:
    """The codes (n_tokens,) uint16 of joint angles (T, 34), NaN where a joint is not recorded."""
    normalised = torch.from_numpy(normalise(joint_angles_rad, tokenizer.statistics))
    return encode_trial(tokenizer, normalised).numpy().astype(np.uint16)


def _metadata(tokenizer: StoredTokenizer) -> dict[str, str]:
    return {
        "tokenizer_sha256": tokenizer.sha256,
        "statistics_sha256": tokenizer.statistics_sha256,
        "frame_rate_hz": str(tokenizer.frame_rate_hz),
        "downsampling": str(tokenizer.cfg["downsampling"]),
        "codebook_size": str(tokenizer.cfg["codebook_size"]),
    }


def read_tokens(paths: Sequence[os.PathLike]) -> TokenTable:
    """The tokens of all shards.

    Raises `InputError` when the shards were made by different tokenizers.
    """
    tables = [pq.read_table(path) for path in paths]
    marks = [{k.decode(): v.decode() for k, v in t.schema.metadata.items()} for t in tables]
    for path, mark in zip(paths, marks, strict=True):
        if mark["tokenizer_sha256"] != marks[0]["tokenizer_sha256"]:
            raise InputError(f"{path}: made by another tokenizer than {paths[0]}; delete both")
    table = pa.concat_tables(tables)
    return TokenTable(
        table["trial_id"].to_pylist(),
        table["participant_id"].to_pylist(),
        [np.array(tokens, np.uint16) for tokens in table["tokens"].to_pylist()],
        marks[0],
        [np.array(tokens, np.uint16) for tokens in table["mirrored_tokens"].to_pylist()],
    )
