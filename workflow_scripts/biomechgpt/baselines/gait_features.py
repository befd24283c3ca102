"""What a gait laboratory would tabulate of a trial: gait, posture, ranges of motion, symmetry."""

import os
from collections.abc import Iterator, Sequence
from itertools import chain, islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import read_trials
from biomechgpt.body.gait import measure_gait
from biomechgpt.files import replacing

TRIALS_AT_ONCE = 100  # in memory, and in a row group
PAIRS = [name[:-2] for name in JOINT_NAMES if name.endswith("_r")]


def gait_features(joint_angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, float]:
    """Features of one trial (T, 34) by name; NaN where a joint is not recorded.

    They are those of `gait.Gait` and the duration; of each joint the mean angle, the range (5 % to
    95 %) and its ends in degrees, the mean speed in degrees a second, and the jerkiness; of each pair
    of joints right minus left of mean, range and speed, and how alike the two move.
    """
    angles = np.rad2deg(joint_angles_rad.astype(float))
    velocity = np.gradient(angles, axis=0) * frame_rate_hz
    speed = np.abs(velocity).mean(axis=0)
    low, high = np.quantile(angles, [0.05, 0.95], axis=0)
    joints = {
        "mean": angles.mean(axis=0),
        "range": high - low,
        "low": low,
        "high": high,
        "speed": speed,
        "jerkiness": np.abs(np.gradient(velocity, axis=0)).mean(axis=0) / (speed + 1.0),
    }
    features = {"duration_s": len(angles) / frame_rate_hz}
    features |= measure_gait(joint_angles_rad, frame_rate_hz)._asdict()
    for what, values in joints.items():
        features |= {f"{name}.{what}": v for name, v in zip(JOINT_NAMES, values, strict=True)}
    return features | _symmetry(features, angles)


def _symmetry(features: dict[str, float], angles: np.ndarray) -> dict[str, float]:
    symmetry = {}
    for pair in PAIRS:
        for what in ("mean", "range", "speed"):
            right, left = (features[f"{pair}_{side}.{what}"] for side in "rl")
            symmetry[f"{pair}.{what}_asymmetry"] = right - left
        right, left = (angles[:, JOINT_NAMES.index(f"{pair}_{side}")] for side in "rl")
        spread = right.std() * left.std()
        covariance = ((right - right.mean()) * (left - left.mean())).mean()
        symmetry[f"{pair}.likeness"] = covariance / spread if spread > 0 else np.nan
    return symmetry


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
