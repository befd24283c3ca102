"""Shards: every trial in one of them, people kept whole, digests that see what ingestion sees."""

import os

import pytest

from biomechgpt.cohort.shards import (
    check_files,
    check_labels,
    label_digest,
    read_shard,
    shard_digests,
    shard_of,
    shard_rows,
)
from biomechgpt.cohort.tables import read_cohort, read_cohorts, select_cohorts
from biomechgpt.errors import InputError


@pytest.fixture
def folder(tmp_path):
    people = "".join(f"P{i}\tno\n" for i in range(40))
    (tmp_path / "participants.tsv").write_text("participant_id\timpaired\n" + people)
    rows = "".join(f"P{i}-{k}\tP{i}\tP{i}-{k}.mot\tn/a\tw\n" for i in range(40) for k in range(3))
    header = "trial_id\tparticipant_id\tfile\tangle_unit\tactivity\n"
    (tmp_path / "trials.tsv").write_text(header + rows)
    (tmp_path / "P3-0.mot").write_text("some text")
    return tmp_path


def edit(folder, name, old, new):
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))


def digests(folder):
    return shard_digests([read_cohort("c", folder)], 4)


def test_the_hash_is_the_same_everywhere_and_for_ever():
    assert [shard_of(f"P{i}", 4) for i in range(8)] == [3, 0, 0, 1, 3, 3, 2, 1]


def test_a_cohort_read_alone_is_divided_as_among_others():
    assert [shard_of(f"site/P{i}", 4) for i in range(8)] == [shard_of(f"P{i}", 4) for i in range(8)]


def test_every_trial_is_in_exactly_one_shard_with_its_participant(folder):
    cohort = read_cohort("c", folder)
    shards = [[row["trial_id"] for row in shard_rows(cohort, s, 4)] for s in range(4)]
    assert sorted(t for shard in shards for t in shard) == sorted(cohort.trials["trial_id"])
    people = [{t.split("-")[0] for t in shard} for shard in shards]
    assert sum(len(p) for p in people) == 40
    assert all(p for p in people)


@pytest.mark.parametrize(
    ("name", "old", "new", "changes"),
    [
        ("trials.tsv", "P3-0\tP3\tP3-0.mot\tn/a\tw", "P3-0\tP3\tP3-0.mot\tn/a\trun", False),
        ("participants.tsv", "P3\tno", "P3\tyes", False),
        ("trials.tsv", "P3-0\tP3\tP3-0.mot\tn/a", "P3-0\tP3\tP3-0.mot\tdeg", True),
        ("trials.tsv", "P3-0\tP3\tP3-0.mot", "P3-0\tP3\tP3-1.mot", True),
        ("P3-0.mot", "some", "other", True),
        ("trials.tsv", "P3-1\tP3\tP3-1.mot\tn/a\tw\n", "", True),
    ],
)
def test_a_digest_sees_what_ingestion_reads_and_no_labels(folder, name, old, new, changes):
    before = digests(folder)
    edit(folder, name, old, new)
    changed = [a != b for a, b in zip(before, digests(folder), strict=True)]
    expected = [False] * 4
    expected[shard_of("P3", 4)] = changes
    assert changed == expected


def test_a_digest_sees_split_groups_and_file_times(folder):
    before = digests(folder)
    status = (folder / "P3-0.mot").stat()
    os.utime(folder / "P3-0.mot", ns=(status.st_atime_ns, status.st_mtime_ns + 1000))
    touched = digests(folder)
    assert touched != before
    edit(folder, "participants.tsv", "impaired", "split_group")
    assert digests(folder) != touched


def test_recordings_or_labels_that_change_meanwhile_stop_the_job(folder):
    before = [read_cohort("c", folder)]
    files, labels = shard_digests(before, 4)[1], label_digest(before, ["activity"])
    check_files(before, 1, 4, files)
    check_labels(before, ["activity"], labels)
    edit(folder, "trials.tsv", "P3-0\tP3\tP3-0.mot\tn/a\tw", "P3-0\tP3\tP3-0.mot\tdeg\trun")
    after = [read_cohort("c", folder)]
    with pytest.raises(InputError, match=r"labels in .*trials.tsv of .*changed while"):
        check_labels(after, ["activity"], labels)
    moved = shard_of("P3", 4)
    with pytest.raises(InputError, match=f"Recordings of {folder} changed while"):
        check_files(after, moved, 4, shard_digests(before, 4)[moved])


def test_a_workflow_without_recordings_has_a_digest_too():
    assert label_digest([], ["activity"]) == label_digest([], [])


def test_a_shard_is_read_alone_as_among_all(folder):
    cohort = read_cohort("c", folder)
    for shard in range(4):
        (alone,) = read_shard([{"name": "c", "path": str(folder)}], shard, 4)
        assert set(alone.trials["participant_id"]) == set(alone.participants["participant_id"])
        assert shard_rows(alone, shard, 4) == shard_rows(cohort, shard, 4)
        assert len(alone.trials) < len(cohort.trials)


def test_a_shard_of_two_cohorts_keeps_their_prefixes(folder):
    entries = [{"name": name, "path": str(folder)} for name in ("a", "b")]
    both = [shard_rows(cohort, 2, 4) for cohort in read_cohorts(entries)]
    assert [shard_rows(cohort, 2, 4) for cohort in read_shard(entries, 2, 4)] == both
    assert all(row["participant_id"].startswith("b/") for row in both[1])


def test_digests_are_the_same_beside_a_cohort_that_is_not_there_yet(folder):
    entries = [{"name": name, "path": str(folder)} for name in ("a", "b")]
    in_the_job = select_cohorts(read_cohorts(entries), entries[1:])
    beforehand = read_cohorts(entries[1:], with_prefix=True)
    assert shard_digests(in_the_job, 4) == shard_digests(beforehand, 4)
    assert label_digest(in_the_job, ["impaired"]) == label_digest(beforehand, ["impaired"])
