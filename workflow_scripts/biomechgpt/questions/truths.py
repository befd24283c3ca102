"""The true answer to each task about each trial, without the words of a question."""

import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.files import replacing
from biomechgpt.questions.choice import TaskTrials
from biomechgpt.questions.tasks import answer_text, number_of, options_of
from biomechgpt.splits.folds_file import SPLITS

log = logging.getLogger(__name__)
ROWS_AT_ONCE = 20_000  # in memory, and in a row group
SCHEMA = pa.schema(
    [
        ("trial_id", pa.string()),
        ("participant_id", pa.string()),
        ("split", pa.string()),
        ("task", pa.string()),
        ("kind", pa.string()),
        ("options", pa.list_(pa.string())),
        ("truth", pa.string()),
        ("truth_number", pa.float64()),
    ]
)


def list_truths(tasks: Iterable[TaskTrials]) -> Iterator[tuple]:
    """One row, in the order of `SCHEMA`, for each trial of each task, in the order of both."""
    for name, task, trials in tasks:
        _warn_of_rare_options(name, options_of(task), trials, task.label)
        columns = (trials[column] for column in ("trial_id", "participant_id", "split", task.label))
        for trial_id, participant_id, split, value in zip(*columns, strict=True):
            number = number_of(value) if task.kind == "regression" else float("nan")
            yield (
                trial_id,
                participant_id,
                split,
                name,
                task.kind,
                options_of(task),
                answer_text(task, value),
                number,
            )


def _warn_of_rare_options(task: str, options: list[str], trials: pd.DataFrame, label: str) -> None:
    """Warn of options with one training participant: the model would learn that person by heart."""
    training = trials[trials["split"] == "train"]
    n_people = training.groupby(label)["participant_id"].nunique()
    for option in options:
        n = n_people.get(option, 0)
        if n < 2:
            log.warning("task %s: %d training participant(s) have the option %s", task, n, option)


def read_truths(path: str | os.PathLike) -> Iterator[tuple]:
    """The rows of a file of truths, in the order of `SCHEMA`, with one part in memory at a time."""
    for batch in pq.ParquetFile(path).iter_batches(ROWS_AT_ONCE, columns=SCHEMA.names):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def table_one(path: str | os.PathLike) -> pd.DataFrame:
    """Participants and samples of each task and split in a file of truths: the paper's Table 1."""
    people: dict[str, dict[str, list[str]]] = {}  # by task and split, one entry a sample
    for _, person, split, task, *_ in read_truths(path):
        people.setdefault(task, {s: [] for s in SPLITS})[split].append(person)
    rows = [
        [task, *(n for split in SPLITS for n in (len(set(sides[split])), len(sides[split])))]
        for task, sides in people.items()
    ]
    names = [f"{split}_{what}" for split in SPLITS for what in ("participants", "samples")]
    return pd.DataFrame(rows, columns=["task", *names])


def write_rows(path: str | os.PathLike, rows: Iterable[tuple], schema: pa.Schema) -> int:
    """Write `rows`, in the order of `schema`, as Parquet with one part in memory; return their number."""
    rows, n_rows = iter(rows), 0
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as writer,
    ):
        while part := list(islice(rows, ROWS_AT_ONCE)):
            columns = [
                pa.array(cells, field.type, from_pandas=True)  # NaN: null
                for cells, field in zip(zip(*part, strict=True), schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            n_rows += len(part)
    return n_rows
