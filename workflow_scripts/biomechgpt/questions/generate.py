"""Questions and answers from the cohort's labels: one for each trial and task."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.files import replacing
from biomechgpt.questions.choice import TaskTrials
from biomechgpt.questions.tasks import Phrasing, Task, answer_text, number_of

log = logging.getLogger(__name__)
ROWS_AT_ONCE = 20_000  # in memory, and in a row group
SPLITS = ("train", "validation", "test")
SCHEMA = pa.schema(
    [
        ("trial_id", pa.string()),
        ("participant_id", pa.string()),
        ("split", pa.string()),
        ("task", pa.string()),
        ("kind", pa.string()),
        ("phrasing_id", pa.string()),
        ("phrasing_held_out", pa.bool_()),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("options", pa.list_(pa.string())),
        ("truth", pa.string()),
        ("truth_number", pa.float64()),
    ]
)


def generate_questions(chosen: Iterable[TaskTrials], seed: int) -> Iterator[tuple]:
    """One row, in the order of `SCHEMA`, for each trial of each task.

    Training rows draw a training phrasing, all others a held-out one, by a hash of seed, trial and
    task, so that one more trial redraws nothing. Rows keep the order of tasks, then of trials.
    """
    for task, trials in chosen:
        _warn_of_rare_options(task, trials)
        columns = (trials[name] for name in ("trial_id", "participant_id", "split", task.label))
        for trial in zip(*columns, strict=True):
            yield _row(*trial, task, seed)


def table_one(path: str | os.PathLike) -> pd.DataFrame:
    """Participants and samples a task and split in a file of questions: the paper's Table 1."""
    columns = ["task", "split", "participant_id"]
    counted: dict[str, dict[str, list[str]]] = {}
    for batch in pq.ParquetFile(path).iter_batches(ROWS_AT_ONCE, columns=columns):
        for task, split, person in zip(*(batch[c].to_pylist() for c in columns), strict=True):
            counted.setdefault(task, {s: [] for s in SPLITS})[split].append(person)
    rows = [
        [task, *(n for split in SPLITS for n in (len(set(sides[split])), len(sides[split])))]
        for task, sides in counted.items()
    ]
    names = [f"{split}_{what}" for split in SPLITS for what in ("participants", "samples")]
    return pd.DataFrame(rows, columns=["task", *names])


def write_questions(path: str | os.PathLike, rows: Iterable[tuple]) -> int:
    """Write `rows`, in the order of `SCHEMA`, as Parquet, a part in memory at a time; their number."""
    rows, n_rows = iter(rows), 0
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, SCHEMA, compression="zstd") as writer,
    ):
        while part := list(islice(rows, ROWS_AT_ONCE)):
            columns = [
                pa.array(cells, field.type, from_pandas=True)  # NaN: null
                for cells, field in zip(zip(*part, strict=True), SCHEMA, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))
            n_rows += len(part)
    return n_rows


def _warn_of_rare_options(task: Task, trials: pd.DataFrame) -> None:
    """An option that one training participant has is that person, learnt by heart."""
    if not task.options:
        return
    training = trials[trials["split"] == "train"]
    people = training.groupby(task.label)["participant_id"].nunique()
    for option in task.options:
        if people.get(option, 0) < 2:
            log.warning(
                "task %s: %d training participant(s) have the option %s",
                task.name, people.get(option, 0), option,
            )  # fmt: skip


def _row(
    trial_id: str, participant_id: str, split: str, value: str, task: Task, seed: int
) -> tuple:
    training = split == "train"
    phrasing = _draw(task.train if training else task.held_out, seed, trial_id, task.name)
    answer = answer_text(task, value)
    regression = task.kind == "regression"
    return (
        trial_id,
        participant_id,
        split,
        task.name,
        task.kind,
        phrasing.id,
        not training,
        phrasing.text,
        answer,
        list(task.options) if not regression else [],
        answer,
        number_of(value) if regression else float("nan"),
    )


def _draw(phrasings: tuple[Phrasing, ...], seed: int, trial_id: str, task: str) -> Phrasing:
    digest = hashlib.sha256(f"{seed}\n{trial_id}\n{task}".encode()).digest()
    return phrasings[int.from_bytes(digest[:8], "big") % len(phrasings)]
