"""The predictions that are measured: which rows, in which order, and whether they fit the folds."""

from collections.abc import Iterator, Sequence

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.evaluation.answer_arrays import Answers, read_answers, task_options


def headline(predictions: pd.DataFrame) -> pd.DataFrame:
    """What is measured: outside training the held-out phrasings, where a model was asked any."""
    by_model = predictions.groupby(["split", "variant", "task"])["phrasing_held_out"]
    seen = by_model.transform("any") & ~predictions["phrasing_held_out"]
    return predictions[~seen | (predictions["split"] == "train")]


def in_order(predictions: pd.DataFrame, tasks: Sequence[str]) -> pd.DataFrame:
    """The predictions with their tasks in the order of `tasks`, which tables and figures keep."""
    place = {task: position for position, task in enumerate(tasks)}
    return predictions.sort_values("task", key=lambda names: names.map(place), kind="stable")


def check_predictions(predictions: pd.DataFrame, folds: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise InputError where variants, truths or sides of the split are not as they should be."""
    missing = sorted(set(names) - set(predictions["variant"]))
    if missing or not len(predictions):
        raise InputError(f"no predictions of {', '.join(missing)}: nothing to evaluate")
    regression = predictions["kind"] == "regression"
    blank = predictions["truth_number"].isna().where(regression, predictions["truth"].isna())
    if blank.any():
        row = predictions[blank].iloc[0]
        raise InputError(f"task {row.task}, trial {row.trial_id}, of {row.variant}: no truth")
    planned = folds.set_index(["fold", "participant_id"])["split"]
    keys = predictions[["fold", "participant_id", "split"]].drop_duplicates()
    planned_split = planned.reindex(pd.MultiIndex.from_frame(keys[["fold", "participant_id"]]))
    wrong = planned_split.to_numpy() != keys["split"].to_numpy()
    if wrong.any():
        row = keys[wrong].iloc[0]
        raise InputError(
            f"predictions call participant {row.participant_id} of fold {row.fold} "
            f"'{row.split}', folds.tsv does not: delete the predictions and run again"
        )


def by_task(
    rows: pd.DataFrame, models: Sequence[str], participants: pd.Index
) -> Iterator[tuple[dict, dict[str, Answers]]]:
    """Task and kind, and the answers of every model that has the task, in the order of `models`."""
    for task, of_task in rows.groupby("task", sort=False):
        options = task_options(of_task)
        by_model = dict(list(of_task.groupby("variant", sort=False)))
        answers = {
            name: read_answers(by_model[name], options, participants)
            for name in models
            if name in by_model
        }
        if answers:
            yield {"task": task, "kind": of_task["kind"].iloc[0]}, answers
