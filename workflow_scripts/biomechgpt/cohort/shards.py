"""Which shard a participant belongs to, and digests of what the job of a shard reads."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from biomechgpt.cohort.tables import Cohort, read_cohorts, trial_labels
from biomechgpt.errors import InputError
from biomechgpt.recordings.overrides import OVERRIDES

CHANGED = "changed while the workflow ran: start it again to bring what depends on them up to date."


def shard_of(participant_id: str, n_shards: int) -> int:
    """The shard of a participant: the same on every machine and in every run.

    The prefix of a cohort does not count, so that a cohort is divided alone as it is among others.
    """
    digest = hashlib.sha256(participant_id.rsplit("/", 1)[-1].encode()).digest()
    return int.from_bytes(digest[:8], "big") % n_shards


def read_shard(entries: list[dict], shard: int, n_shards: int) -> list[Cohort]:
    """The cohorts of `config.yaml`, in memory only the rows of one shard's participants."""
    return read_cohorts(entries, lambda person: shard_of(person, n_shards) == shard)


def shard_rows(cohort: Cohort, shard: int, n_shards: int) -> list[dict]:
    """The trials of a shard in the table's order, each with `cohort`, `line` and `split_group`."""
    return [row for its_shard, row in _rows(cohort, n_shards) if its_shard == shard]


def _rows(cohort: Cohort, n_shards: int) -> Iterator[tuple[int, dict]]:
    """Each trial's shard and row, one after the other."""
    people = cohort.participants
    groups = people.get("split_group", people["participant_id"])
    group_of = dict(zip(people["participant_id"], groups, strict=True))
    shard = {person: shard_of(person, n_shards) for person in group_of}
    columns = list(cohort.trials.columns)
    cells = zip(*(cohort.trials[column] for column in columns), strict=True)
    for line, values in zip(cohort.trials.index, cells, strict=True):
        row = dict(zip(columns, values, strict=True))
        person = row["participant_id"]
        row |= {"cohort": cohort.name, "line": int(line), "split_group": group_of[person] or person}
        yield shard[person], row


def shard_digests(cohorts: list[Cohort], n_shards: int) -> list[str]:
    """For each shard, sha256 over what ingestion reads: ids, paths, file sizes and times, overrides.

    Other labels are left out, so that nothing is read again for a corrected label. All shards
    at once, since a cohort may have a hundred thousand trials.
    """
    hashers = [hashlib.sha256() for _ in range(n_shards)]
    for cohort in cohorts:
        for shard, row in _rows(cohort, n_shards):
            cells = [row.get(c) for c in ("trial_id", "participant_id", "split_group", "file")]
            cells += [row.get(column) for column in OVERRIDES]
            entry = [cohort.name, *cells, *_size_and_time(cohort.folder, row["file"])]
            hashers[shard].update(json.dumps(entry).encode())
    return [hasher.hexdigest() for hasher in hashers]


def _size_and_time(folder: Path, file: str) -> tuple[int, int] | tuple[None, None]:
    """Size and time of change of a file; of a folder the sum and the latest over its files."""
    path = os.path.join(folder, file)
    try:
        status = os.stat(path)
        if not stat.S_ISDIR(status.st_mode):
            return status.st_size, status.st_mtime_ns
        inside = [entry.stat() for entry in os.scandir(path)]
    except OSError:
        return None, None
    times = [item.st_mtime_ns for item in (status, *inside)]
    return sum(item.st_size for item in inside), max(times)


def check_files(cohorts: list[Cohort], shard: int, n_shards: int, digest: str) -> None:
    """Check that a shard's recordings are still those of this digest of `shard_digests`.

    Raises:
        InputError: They changed.
    """
    if shard_digests(cohorts, n_shards)[shard] != digest:
        raise InputError(f"Recordings of {_names(cohorts)} {CHANGED}")


def check_labels(cohorts: list[Cohort], columns: list[str], digest: str) -> None:
    """Check that the labels are still those of this `label_digest`.

    Raises:
        InputError: They changed.
    """
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
    identifying = ["trial_id", "participant_id", "split_group", *columns]
    labels = trial_labels(cohorts)
    present = [column for column in identifying if column in labels]
    return hashlib.sha256(labels[present].to_csv(index=False).encode()).hexdigest()
