"""The cohort folder: tables, sidecars, and OpenSim motion files."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from biomechgpt.body.coordinates import JOINT_NAMES, PELVIS_POSITION
from biomechgpt.recordings.opensim_writer import motion_header

COLUMNS = ("time", "pelvis_tilt", "pelvis_list", "pelvis_rotation", *PELVIS_POSITION, *JOINT_NAMES)
DECIMALS = 3  # degrees


def write_motion(
    path: Path, time_s: np.ndarray, angles_deg: np.ndarray, pelvis_m: np.ndarray
) -> None:
    """An OpenSim motion file; `angles_deg` (T, 37) has the pelvis last, gaps are written as nan."""
    n_joints = len(JOINT_NAMES)
    values = np.concatenate(
        [
            np.round(time_s, 5)[:, None],
            np.round(angles_deg[:, n_joints:], DECIMALS),
            np.round(pelvis_m, 4),
            np.round(angles_deg[:, :n_joints], DECIMALS),
        ],
        axis=1,
    )
    table = pa.table([np.ascontiguousarray(c) for c in (values + 0.0).T], names=list(COLUMNS))
    body = io.BytesIO()
    options = pacsv.WriteOptions(include_header=False, delimiter="\t")
    pacsv.write_csv(table, body, options)
    header = motion_header(len(values), len(COLUMNS)) + "\t".join(COLUMNS) + "\n"
    path.write_bytes(header.encode() + body.getvalue())


def write_table(path: Path, rows: list[dict]) -> None:
    """A tab-separated table; None is written as n/a."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: "n/a" if v is None else v for k, v in row.items()} for row in rows)


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
