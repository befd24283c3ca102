"""The table of problems: one line a warning or a rejection, the same in every stage."""

import csv
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.files import replacing
from biomechgpt.spreadsheets import harmless_cell


class Issue(NamedTuple):
    """One problem of one motion file; `problem` is a slug, `detail` says what to do."""

    cohort: str
    participant_id: str
    trial_id: str
    file: str
    stage: str
    severity: str  # warning | rejected
    problem: str
    detail: str


ISSUE_SCHEMA = pa.schema([(name, pa.string()) for name in Issue._fields])


def issue_of(info: Mapping, stage: str, severity: str, problem: str, detail: str) -> Issue:
    """An issue of the trial that `info` names; `detail` becomes a single line."""
    ids = (info[field] for field in Issue._fields[:4])
    return Issue(*ids, stage, severity, problem, " ".join(detail.split()))


def write_issues(path: os.PathLike, issues: Iterable[Issue]) -> None:
    """Write issues as Parquet, every cell as it is."""
    rows = [issue._asdict() for issue in issues]
    with replacing(path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=ISSUE_SCHEMA), temporary)


def read_issues(path: os.PathLike) -> list[Issue]:
    """The issues of a table that `write_issues` wrote."""
    return [Issue(**row) for row in pq.read_table(path).to_pylist()]


def export_issues(path: os.PathLike, issues: Iterable[Issue]) -> None:
    """Write issues for people, as a tab-separated table with a header, no cell of it a formula."""
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(Issue._fields)
        writer.writerows([harmless_cell(cell) for cell in issue] for issue in issues)
