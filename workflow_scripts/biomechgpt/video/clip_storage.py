"""The videos of all trials in one Parquet file, all of one kind of features."""

import os
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.settings.feature_source import FeatureSource, differences

SCHEMA = [
    ("trial_id", pa.string()),
    ("times_s", pa.list_(pa.float32())),
    ("values", pa.list_(pa.float32())),  # a row of numbers a step, one behind the other
]


class Clip(NamedTuple):
    """What an encoder says of a video."""

    values: np.ndarray  # (S, W) float32
    times_s: np.ndarray  # (S,) float32, the middle of what a row sees, from the start of the video
    source: FeatureSource


def common_source(clips: Mapping[str, Clip]) -> FeatureSource:
    """The source of most clips, of which all must be.

    Raises:
        InputError: Some are of another encoder, revision, layer, pooling, crop or width.
    """
    kinds = Counter(_kind(clip.source) for clip in clips.values())
    usual = kinds.most_common(1)[0][0]
    for trial_id, clip in clips.items():
        if other := differences(clip.source, usual):
            raise InputError(
                f"The video features of trial {trial_id} are of another kind than most: {other}. Keep "
                "features of one encoder in video_features, or run them apart."
            )
    return usual


def _kind(source: FeatureSource) -> FeatureSource:
    """A source without what may differ from trial to trial."""
    return source.model_copy(update={"first_frame": 0, "fine_tuned_on": None})


def write_clips(path: os.PathLike, clips: Mapping[str, Clip]) -> None:
    """Write clips of one source, in the order of their trials.

    Raises:
        InputError: They are of several sources.
    """
    source = common_source(clips)
    schema = pa.schema(SCHEMA, metadata={"source": source.model_dump_json()})
    rows = [
        {"trial_id": trial_id, "times_s": clip.times_s, "values": clip.values.ravel()}
        for trial_id, clip in sorted(clips.items())
    ]
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), temporary)


def read_written_clips(path: os.PathLike) -> dict[str, Clip]:
    """What `write_clips` wrote."""
    table = pq.read_table(path)
    source = FeatureSource.model_validate_json(table.schema.metadata[b"source"])
    return {
        row["trial_id"]: Clip(
            np.array(row["values"], np.float32).reshape(len(row["times_s"]), -1),
            np.array(row["times_s"], np.float32),
            source,
        )
        for row in table.to_pylist()
    }
