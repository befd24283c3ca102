"""The list of accepted trials and the one table of all problems."""

import logging
import os
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.frames import read_infos
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.recordings.issues import Issue, export_issues, read_issues, write_issues

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
    all_issues_path: os.PathLike,
    report_path: os.PathLike,
) -> None:
    """Write `trials.parquet` and `ingest_report.parquet` with its export as TSV (docs/contracts.md).

    Of trials with the same joint angles the first by trial id is kept, and the copies are rejected;
    their participants stand in `also_recorded_as`, so that the split can keep them together.

    Raises:
        InputError: No trial is left.
    """
    # Tables of Arrow, since as many dicts of Python would take ten times the memory.
    tables = [_trials_of_shard(shard, path) for shard, path in enumerate(joint_angles_paths)]
    kept, copies = without_copies(pa.concat_tables(tables).sort_by("trial_id"))
    issues = [issue for path in issue_paths for issue in read_issues(path)]
    if not len(kept):
        raise InputError(f"no trial was accepted: {_commonest(issues)}")
    issues += copies
    write_issues(all_issues_path, issues)
    export_issues(report_path, issues)
    with replacing(trials_path) as temporary:
        pq.write_table(kept, temporary)
    log.info("%s", ingestion_sentence(trials_path, all_issues_path))


def _commonest(issues: Iterable[Issue]) -> str:
    """Why files were rejected, with the first of each; Snakemake deletes the report of a failed job."""
    rejected: dict[str, list[Issue]] = {}
    for issue in issues:
        if issue.severity == "rejected":
            rejected.setdefault(issue.problem, []).append(issue)
    reasons = sorted(rejected.values(), key=len, reverse=True)
    parts = [
        f"{len(group)} {group[0].problem}, first {group[0].file}: {group[0].detail}"
        for group in reasons
    ]
    return "; ".join(parts) or "trials.tsv has no rows"


def ingestion_sentence(trials_path: os.PathLike, issues_path: os.PathLike) -> str:
    """One sentence for the terminal: how many trials were accepted, rejected and warned of."""
    trials = pq.read_table(trials_path, columns=["trial_id", "participant_id"]).to_pandas()
    issues = read_issues(issues_path)
    rejected = sum(issue.severity == "rejected" for issue in issues)
    warned = {issue.trial_id for issue in issues if issue.severity == "warning"}
    return (
        f"{len(trials)} trials of {trials['participant_id'].nunique()} participants accepted "
        f"({len(warned.intersection(trials['trial_id']))} with warnings), {rejected} rejected"
    )


def _trials_of_shard(shard: int, path: os.PathLike) -> pa.Table:
    return table_of(read_infos(path), shard)


def table_of(infos: Iterable[Mapping], shard: int) -> pa.Table:
    """The trials of a shard, by what is known of each beside its frames, as `trials.parquet` lists them."""
    rows = [{**info, "source_rate_hz": info["frame_rate_hz"], "shard": shard} for info in infos]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def without_copies(trials: pa.Table) -> tuple[pa.Table, list[Issue]]:
    """The first of the trials with the same joint angles, and an issue for each of the others."""
    first: dict[str, int] = {}  # angles_sha256 -> row
    keep = [first.setdefault(sha, row) for row, sha in enumerate(_cells(trials, "angles_sha256"))]
    people, files = _cells(trials, "participant_id"), _cells(trials, "file")
    others: dict[int, list[str]] = {row: [] for row in first.values()}
    issues = []
    for row, original in enumerate(keep):
        if row == original:
            continue
        others[original].append(people[row])
        detail = f"the same joint angles as {files[original]}; only that one is used"
        cohort, trial_id = trials["cohort"][row].as_py(), trials["trial_id"][row].as_py()
        what = ("index_trials", "rejected", "duplicate", detail)
        issues.append(Issue(cohort, people[row], trial_id, files[row], *what))
    kept = trials.take(pa.array(list(others), pa.int64()))
    place = SCHEMA.get_field_index("also_recorded_as")
    also = pa.array(list(others.values()), SCHEMA.field(place).type)
    return kept.set_column(place, SCHEMA.field(place), also), issues


def _cells(trials: pa.Table, column: str) -> list[str]:
    return trials[column].to_pylist()
