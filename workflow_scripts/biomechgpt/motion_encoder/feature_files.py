"""Features of trials in Parquet: soft tokens and measured facts, one row a trial."""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from biomechgpt.body.mirror import mirrored
from biomechgpt.files import replacing
from biomechgpt.motion_encoder.encoder_folder import StoredEncoder, load_encoder
from biomechgpt.motion_encoder.views import View
from biomechgpt.tokenizer.windows import select_trials

VIEWS = ("", "mirrored_")  # of each movement: as it is, and with left and right exchanged
TRIALS_AT_ONCE = 200  # in memory, and in a row group


class MotionFeatures(NamedTuple):
    """What a motion encoder says of a movement."""

    features: np.ndarray  # (K, W) float32
    facts: np.ndarray  # (F,)


class FeatureTable(NamedTuple):
    """The features of many trials, by trial id, and which encoder made them."""

    recorded: dict[str, MotionFeatures]
    mirrored: dict[str, MotionFeatures]
    encoder_sha256: str


def encode_shards(
    encoder_folder: os.PathLike,
    joint_angles_paths: Sequence[os.PathLike],
    trial_ids: set[str],
    path: os.PathLike,
) -> None:
    """Write the features of the accepted trials of all shards (docs/contracts.md)."""
    encoder = load_encoder(encoder_folder)
    rows, schema = [], feature_schema(encoder)
    with replacing(path) as temporary, pq.ParquetWriter(temporary, schema) as writer:
        for trial in select_trials(joint_angles_paths, trial_ids):
            rows.append({"trial_id": trial.info["trial_id"]} | _both_views(encoder, trial.frames))
            if len(rows) == TRIALS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def feature_schema(encoder: StoredEncoder) -> pa.Schema:
    """The columns of a file of features, and in its metadata which encoder made them."""
    fields = [("trial_id", pa.string())]
    for view in VIEWS:
        fields += [
            (f"{view}features", pa.list_(pa.float32())),
            (f"{view}facts", pa.list_(pa.float64())),
        ]
    metadata = {"encoder_sha256": encoder.sha256, "shape": json.dumps(encoder.shape)}
    return pa.schema(fields, metadata=metadata | {"facts": json.dumps(encoder.scale.names)})


def _both_views(encoder: StoredEncoder, angles_rad: np.ndarray) -> dict[str, np.ndarray]:
    row = {}
    for view, angles in zip(VIEWS, (angles_rad, mirrored(angles_rad)), strict=True):
        row[f"{view}features"] = encoder.features(angles).ravel()
        row[f"{view}facts"] = encoder.facts(angles)
    return row


def write_copies(encoder_folder: os.PathLike, views: Sequence[View], path: os.PathLike) -> None:
    """Write what the network says of each of `views`, without the facts behind it, and what is measured."""
    encoder = load_encoder(encoder_folder)
    n_tokens = encoder.cfg.soft_tokens
    rows = [
        {
            "tokens": encoder.features(view.angles_rad)[:n_tokens].ravel(),
            "facts": np.array([view.facts[name] for name in encoder.scale.names]),
        }
        for view in views
    ]
    schema = pa.schema([("tokens", pa.list_(pa.float32())), ("facts", pa.list_(pa.float64()))])
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary)


def read_copies(encoder: StoredEncoder, path: os.PathLike) -> list[MotionFeatures]:
    """What `write_copies` wrote, with the facts that the network tells behind its soft tokens."""
    table, shape = pq.read_table(path), (encoder.cfg.soft_tokens, encoder.cfg.width)
    tokens, facts = (_as_matrix(table[name]) for name in ("tokens", "facts"))
    return [
        MotionFeatures(encoder.with_facts(torch.from_numpy(row.reshape(shape))), measured)
        for row, measured in zip(tokens, facts, strict=True)
    ]


def _as_matrix(column: pa.ChunkedArray) -> np.ndarray:
    """The lists of a column, all equally long, as (rows, numbers)."""
    lists = column.combine_chunks()
    return lists.values.to_numpy().reshape(len(lists), -1).copy()


def read_features(path: os.PathLike) -> FeatureTable:
    """What `encode_shards` wrote."""
    table = pq.read_table(path)
    metadata = table.schema.metadata
    shape = json.loads(metadata[b"shape"])
    columns = []
    for view in VIEWS:
        features = [
            np.array(x, np.float32).reshape(shape) for x in table[f"{view}features"].to_pylist()
        ]
        facts = map(np.array, table[f"{view}facts"].to_pylist())
        pairs = map(MotionFeatures, features, facts)
        columns.append(dict(zip(table["trial_id"].to_pylist(), pairs, strict=True)))
    return FeatureTable(*columns, metadata[b"encoder_sha256"].decode())
