"""Which job a participant belongs to, and what of its input that job depends on."""

import hashlib
import json
from pathlib import Path

from biomechgpt.cohort.tables import OVERRIDES, Cohort, trial_labels
from biomechgpt.errors import InputError

CHANGED = "changed while the workflow ran: start it again, and what they changed is made anew."


def shard_of(participant_id: str, n_shards: int) -> int:
    """The shard of a participant: the same on every machine and in every run.

    The cohort that stands before the id where there are several does not count, so that a cohort
    read alone is divided as it is among others.
    """
    digest = hashlib.sha256(participant_id.rsplit("/", 1)[-1].encode()).digest()
    return int.from_bytes(digest[:8], "big") % n_shards


def shard_rows(cohort: Cohort, shard: int, n_shards: int) -> list[dict]:
    """The trials of a shard in the table's order, each with `line` and its `split_group`."""
    people = {row["participant_id"]: row for row in cohort.participants.to_dict("records")}
    rows = []
    for line, row in zip(cohort.trials.index, cohort.trials.to_dict("records"), strict=True):
        participant_id = row["participant_id"]
        if shard_of(participant_id, n_shards) == shard:
            group = people[participant_id].get("split_group") or participant_id
            rows.append({**row, "line": int(line), "split_group": group})
    return rows


def shard_digest(cohorts: list[Cohort], shard: int, n_shards: int) -> str:
    """sha256 over what ingestion reads for a shard: ids, paths, file sizes and times, overrides.

    Other labels are left out, so that a corrected label does not read the motions again.
    """
    hasher = hashlib.sha256()
    for cohort in cohorts:
        for row in shard_rows(cohort, shard, n_shards):
            cells = [row.get(c) for c in ("trial_id", "participant_id", "split_group", "file")]
            cells += [row.get(column) for column in OVERRIDES]
            entry = [cohort.name, *cells, *_size_and_time(cohort.folder / row["file"])]
            hasher.update(json.dumps(entry).encode())
    return hasher.hexdigest()


def _size_and_time(path: Path) -> tuple[int, int] | tuple[None, None]:
    try:
        status = path.stat()
    except OSError:
        return None, None
    return status.st_size, status.st_mtime_ns


def check_files(cohorts: list[Cohort], shard: int, n_shards: int, digest: str) -> None:
    """InputError where a shard's recordings are no longer those that had this `shard_digest`."""
    if shard_digest(cohorts, shard, n_shards) != digest:
        raise InputError(f"Recordings of {_names(cohorts)} {CHANGED}")


def check_labels(cohorts: list[Cohort], columns: list[str], digest: str) -> None:
    """InputError where the labels are no longer those that had this `label_digest`."""
    if label_digest(cohorts, columns) != digest:
        raise InputError(
            f"The labels in participants.tsv or trials.tsv of {_names(cohorts)} {CHANGED}"
        )


def _names(cohorts: list[Cohort]) -> str:
    return ", ".join(str(cohort.folder) for cohort in cohorts)


def label_digest(cohorts: list[Cohort], columns: list[str]) -> str:
    """sha256 over the labels in these columns: what a stage that looks at them depends on."""
    if not cohorts:
        return "no recordings"
    wanted = ["trial_id", "participant_id", "split_group", *columns]
    labels = trial_labels(cohorts)
    present = [column for column in wanted if column in labels]
    return hashlib.sha256(labels[present].to_csv(index=False).encode()).hexdigest()
