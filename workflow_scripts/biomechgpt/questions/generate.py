"""Questions and answers from the cohort's labels: one for each trial and task."""

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.questions.tasks import Phrasing, Task, answer_text, listed, number_of

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


def generate_questions(
    labels: pd.DataFrame,
    trials: pd.DataFrame,
    folds: pd.DataFrame,
    fold: str,
    tasks: list[Task],
    seed: int,
) -> Iterator[tuple]:
    """One row, in the order of `SCHEMA`, for each accepted trial and task that has its label.

    `labels`: cohort, trial_id and the label columns as text or None. `trials`: the accepted trials,
    trial_id and participant_id. `folds`: fold, participant_id, split. Training rows draw a training
    phrasing, all others a held-out one, by a hash of seed, trial and task, so that one more trial
    redraws nothing. Rows keep the order of `tasks`, then of `trials`. A task for which nobody in
    training has a label is left out, with a line in the log. Raises `InputError` for a label that
    is no option of its task, or no number.
    """
    split_of = folds[folds["fold"] == fold].set_index("participant_id")["split"]
    table = trials[["trial_id", "participant_id"]].merge(
        labels.drop(columns=["participant_id"]), on="trial_id", how="left", validate="one_to_one"
    )
    table["split"] = table["participant_id"].map(split_of)
    if table["split"].isna().any():
        lost = table.loc[table["split"].isna(), "participant_id"].iloc[0]
        raise InputError(f"Participant {lost} has accepted trials but stands not in fold {fold}.")
    return _rows(table, tasks, seed)


def _rows(table: pd.DataFrame, tasks: list[Task], seed: int) -> Iterator[tuple]:
    for task in tasks:
        asked = _asked(table, task)
        columns = (asked[name] for name in ("trial_id", "participant_id", "split"))
        if len(asked):
            for trial in zip(*columns, asked[task.label], strict=True):
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


def _asked(table: pd.DataFrame, task: Task) -> pd.DataFrame:
    """The trials that `task` asks about: it applies to them and their label is there."""
    absent = [column for column in (task.label, *task.applies_to) if column not in table]
    if absent:
        log.info("task %s is left out: no table has the column %s", task.name, ", ".join(absent))
        return table.iloc[:0]
    keep = table[task.label].notna() & ~table[task.label].isin(task.ignore)
    for column, values in task.applies_to.items():
        keep &= table[column].isin(values)
    asked = table[keep]
    _check_labels(asked, task)
    if not (asked["split"] == "train").any():
        who = "training participant" if len(asked) else "accepted trial"
        log.info("task %s is left out: no %s it applies to has a label", task.name, who)
        return asked.iloc[:0]
    return asked


def _check_labels(asked: pd.DataFrame, task: Task) -> None:
    """Raise `InputError` with every value of the label column that `task` cannot take."""
    values = asked[task.label]
    bad = ~values.isin(task.options) if task.options else values.map(number_of).isna()
    if not bad.any():
        return
    found = [
        f"{value!r} (first at trial {rows['trial_id'].iloc[0]}, participant "
        f"{rows['participant_id'].iloc[0]}, cohort {rows['cohort'].iloc[0]}, {len(rows)} trial(s))"
        for value, rows in asked[bad].groupby(task.label)
    ]
    wanted = f"one of: {listed(task.options)}" if task.options else f"a number in {task.unit}"
    remedy = (
        f"Correct the table, add it to tasks.{task.name}.options, or name it in "
        f"tasks.{task.name}.ignore to leave it out."
        if task.options
        else "Correct the table, or write n/a where it was not measured."
    )
    raise InputError(
        f"Task {task.name}: the column {task.label} of participants.tsv or trials.tsv holds "
        f"{'; '.join(found)}. It must be {wanted}. {remedy}"
    )


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
