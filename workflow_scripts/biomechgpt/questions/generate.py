"""Questions and answers: the truths of a fold, put into words."""

import hashlib
from collections.abc import Iterable, Iterator

import pyarrow as pa

from biomechgpt.questions.tasks import Task

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


def generate_questions(truths: Iterable[tuple], tasks: list[Task], seed: int) -> Iterator[tuple]:
    """One row, in the order of `SCHEMA`, for each row of truths (`questions.truths.SCHEMA`), in order.

    Training rows draw a training phrasing, all others a held-out one. A hash of seed, trial and task
    draws it, so that an additional trial changes no other question.
    """
    task_of = {task.name: task for task in tasks}
    for *trial, name, kind, options, truth, truth_number in truths:
        trial_id, _, split = trial
        task, training = task_of[name], split == "train"
        phrasings = task.train if training else task.held_out
        digest = hashlib.sha256(f"{seed}\n{trial_id}\n{name}".encode()).digest()
        phrasing = phrasings[int.from_bytes(digest[:8], "big") % len(phrasings)]
        words = (phrasing.id, not training, phrasing.text, truth)
        yield (*trial, name, kind, *words, options, truth, truth_number)
