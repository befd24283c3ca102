"""Classes that one source alone holds: a model may know the source and not the movement."""

import os
from collections.abc import Iterator, Sequence

import pandas as pd

from biomechgpt.evaluation.evaluate import Evaluation

SOURCES = {"cohort": "cohort", "camera_view": "camera view", "video_id": "video"}
NOTE = "source_equals_class"


def with_source_notes(
    evaluation: Evaluation, sources: Sequence[os.PathLike], truths: Sequence[os.PathLike]
) -> Evaluation:
    """`evaluation` with a note on each task of which one source alone holds a class.

    `sources` names the table of sources, or nothing where no video is read; `truths` those of all folds.
    """
    if not sources:
        return evaluation
    known = pd.concat(
        [pd.read_parquet(path, columns=["task", "kind", "trial_id", "truth"]) for path in truths]
    )
    notes = pd.DataFrame(
        source_notes(known.drop_duplicates(["task", "trial_id"]), pd.read_parquet(sources[0]))
    )
    return evaluation._replace(notes=pd.concat([evaluation.notes, notes], ignore_index=True))


def source_notes(truths: pd.DataFrame, sources: pd.DataFrame) -> Iterator[dict]:
    """A row of `notes` a task and kind of source with such classes.

    `truths`: task, kind, trial_id, truth; `sources` as `video.source_table` makes it.
    """
    rows = truths[truths["kind"] == "classification"].merge(sources, on="trial_id")
    for task, of_task in rows.groupby("task", sort=False):
        for column, words in SOURCES.items():
            if column in of_task and of_task[column].nunique() > 1:
                held = _held_by_one(of_task, column)
                if held:
                    text = (
                        f"All trials of {', '.join(held)} come from a single {words}: a model that "
                        f"recognises the {words} answers without seeing the movement."
                    )
                    yield {"task": task, "variant": "", "note": NOTE, "detail": text}


def _held_by_one(rows: pd.DataFrame, column: str) -> list[str]:
    """The classes whose trials, two or more, come from a single source."""
    by_class = rows.groupby("truth")[column].agg(["nunique", "size"])
    return sorted(by_class.index[(by_class["nunique"] == 1) & (by_class["size"] > 1)])
