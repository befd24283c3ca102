"""The list of accepted trials and the one table of all problems."""

import logging
import os
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.frames import read_infos
from biomechgpt.cohort.issues import Issue, read_issues, write_issues
from biomechgpt.errors import InputError
from biomechgpt.files import replacing

log = logging.getLogger(__name__)
SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("trial_id", "participant_id", "cohort", "split_group", "file")
    ]
    + [("coordinate_map", pa.string()), ("source_rate_hz", pa.float64())]
    + [("n_frames", pa.int64()), ("duration_s", pa.float64())]
    + [("missing_joints", pa.list_(pa.string())), ("angles_sha256", pa.string())]
    + [("also_recorded_as", pa.list_(pa.string())), ("shard", pa.int64())]
)


def index_trials(
    joint_angles_paths: Sequence[os.PathLike],
    issue_paths: Sequence[os.PathLike],
    trials_path: os.PathLike,
    report_path: os.PathLike,
) -> None:
    """Write `trials.parquet` and `ingest_report.tsv` (docs/contracts.md).

    Of several trials with the same joint angles the first by trial id is kept and the others are
    rejected; the participants of the copies stand in `also_recorded_as`, so that the split can
    keep them together.

    Raises `InputError` when no trial is left.
    """
    infos = [
        {**info, "source_rate_hz": info["frame_rate_hz"], "shard": shard}
        for shard, path in enumerate(joint_angles_paths)
        for info in read_infos(path)
    ]
    kept, copies = _without_copies(sorted(infos, key=lambda info: info["trial_id"]))
    issues = [issue for path in issue_paths for issue in read_issues(path)] + copies
    write_issues(report_path, issues)
    if not kept:
        raise InputError(f"no trial was accepted; {report_path} says why for each file")
    with replacing(trials_path) as temporary:
        pq.write_table(pa.Table.from_pylist(kept, schema=SCHEMA), temporary)
    log.info("%s", ingestion_sentence(trials_path, report_path))


def ingestion_sentence(trials_path: os.PathLike, report_path: os.PathLike) -> str:
    """One sentence for the terminal: how many trials were accepted, rejected and warned of."""
    trials, issues = read_accepted(trials_path), read_issues(report_path)
    rejected = sum(issue.severity == "rejected" for issue in issues)
    warned = {issue.trial_id for issue in issues if issue.severity == "warning"}
    return (
        f"{len(trials)} trials of {trials['participant_id'].nunique()} participants accepted "
        f"({len(warned.intersection(trials['trial_id']))} with warnings), {rejected} rejected"
    )


def read_accepted(trials_path: os.PathLike) -> pd.DataFrame:
    """`trials.parquet` as a table, one row an accepted trial."""
    return pq.read_table(trials_path).to_pandas()


def _without_copies(infos: list[dict]) -> tuple[list[dict], list[Issue]]:
    first: dict[str, dict] = {}
    issues = []
    for info in infos:
        original = first.setdefault(info["angles_sha256"], {**info, "also_recorded_as": []})
        if original["trial_id"] == info["trial_id"]:
            continue
        original["also_recorded_as"].append(info["participant_id"])
        detail = f"the same joint angles as {original['file']}; only that one is used"
        issues.append(
            Issue(
                info["cohort"],
                info["participant_id"],
                info["trial_id"],
                info["file"],
                "index_trials",
                "rejected",
                "duplicate",
                detail,
            )
        )
    return list(first.values()), issues
