"""Choose the trials that each task asks about, and leave out tasks with too few people."""

import logging
from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.questions.number_hints import hint
from biomechgpt.questions.tasks import listed, number_of, options_of
from biomechgpt.settings.question_settings import Questions, QuestionSettings

log = logging.getLogger(__name__)


class TaskTrials(NamedTuple):
    """A task and the trials it asks about: trial_id, participant_id, split and the task's label."""

    name: str
    task: QuestionSettings
    trials: pd.DataFrame


class Choice(NamedTuple):
    """The tasks that are asked, in their order, and those that are left out.

    `left_out` has one row a task: task, training_participants (int), reason (the end of a sentence).
    """

    tasks: list[TaskTrials]
    left_out: pd.DataFrame


def choose_trials(
    labels: pd.DataFrame,
    trials: pd.DataFrame,
    folds: pd.DataFrame,
    fold: str,
    tasks: Questions,
    min_training_participants: int,
) -> Choice:
    """The accepted trials of each task that have its label and that it applies to.

    `labels` has cohort, trial_id and the label columns as text or None; `trials` has trial_id and
    participant_id of the accepted trials; `folds` has fold, participant_id and split. In a cohort that
    never fills the column of a condition, the label of the task is enough. A task with fewer training
    participants than `min_training_participants` is left out, with a line in the log.

    Raises:
        InputError: A label is no option of its task, or no number; or no task is left.
    """
    table = _labelled_trials(labels, trials, folds, fold)
    labels_of_tasks = {task.label for task in tasks.values()}
    task_trials, left_out = [], []
    for name, task in tasks.items():
        absent = _absent(table, task, labels_of_tasks)
        rows = _trials_of(table, name, task, absent)
        n_people = rows.loc[rows["split"] == "train", "participant_id"].nunique()
        if n_people >= max(1, min_training_participants):
            task_trials.append(TaskTrials(name, task, rows))
            continue
        reason = _absence(name, task, absent) or _shortage(
            n_people, len(rows), min_training_participants
        )
        log.info("task %s is left out: %s", name, reason)
        left_out.append((name, n_people, reason))
    if not task_trials:
        listing = "; ".join(f"{name}: {reason}" for name, _, reason in left_out)
        raise InputError(f"Every task is left out in fold {fold}, nothing can be asked. {listing}.")
    return Choice(
        task_trials, pd.DataFrame(left_out, columns=["task", "training_participants", "reason"])
    )


def _labelled_trials(
    labels: pd.DataFrame, trials: pd.DataFrame, folds: pd.DataFrame, fold: str
) -> pd.DataFrame:
    """The accepted trials with their labels and their split."""
    split_of = folds[folds["fold"] == fold].set_index("participant_id")["split"]
    table = trials[["trial_id", "participant_id"]].merge(
        labels.drop(columns=["participant_id"]), on="trial_id", how="left", validate="one_to_one"
    )
    table["split"] = table["participant_id"].map(split_of)
    if table["split"].isna().any():
        lost = table.loc[table["split"].isna(), "participant_id"].iloc[0]
        raise InputError(f"Participant {lost} has accepted trials but is not in fold {fold}.")
    return table


def _trials_of(
    table: pd.DataFrame, name: str, task: QuestionSettings, absent: Collection[str]
) -> pd.DataFrame:
    """The trials with a label of `task` that it applies to; none where columns are `absent`."""
    columns = ["cohort", "trial_id", "participant_id", "split"]
    if absent:
        return table.iloc[:0][columns]
    keep = table[task.label].notna() & ~table[task.label].isin(task.ignore)
    for column, values in (task.applies_to or {}).items():
        keep &= _holds(table, keep, f"tasks.{name}.applies_to.{column}", column, values, task.label)
    labelled = table.loc[keep, [*columns, task.label]]
    _check_labels(labelled, name, task)
    return labelled


def _absent(
    table: pd.DataFrame, task: QuestionSettings, labels_of_tasks: Collection[str]
) -> list[str]:
    """The columns that `task` needs and no table has; another task may answer that of a condition."""
    conditions = [column for column in task.applies_to or {} if column not in labels_of_tasks]
    return [column for column in (task.label, *conditions) if column not in table]


def _holds(
    table: pd.DataFrame,
    labelled: pd.Series,
    key: str,
    column: str,
    values: Collection[str],
    label: str,
) -> pd.Series:
    """Which trials meet a condition, or are of a cohort that never fills its column."""
    cells = table.get(column, pd.Series(None, table.index, dtype=object))
    filled = cells.notna().groupby(table["cohort"]).transform("any").astype(bool)
    for cohort in table.loc[labelled & ~filled, "cohort"].unique():
        log.warning(
            "%s: cohort %s never fills %s; asked wherever %s is filled", key, cohort, column, label
        )
    unknown = int((labelled & filled & cells.isna()).sum())
    if unknown:
        log.warning("%s: %d labelled trials are not asked, %s is n/a", key, unknown, column)
    return cells.isin(values) | ~filled


def _absence(name: str, task: QuestionSettings, absent: list[str]) -> str:
    """Which columns no table has, with the keys that name them; empty where all are there."""
    keys = ["label" if column == task.label else "applies_to" for column in absent]
    named = [f"{column} (tasks.{name}.{key})" for column, key in zip(absent, keys, strict=True)]
    return f"no table has the column {', '.join(named)}" if named else ""


def _shortage(n_people: int, n_trials: int, least: int) -> str:
    if not n_people:
        who = "training participant" if n_trials else "accepted trial"
        return f"no {who} it applies to has a label"
    return (
        f"{n_people} training participant(s) have its label, "
        f"questions.min_training_participants is {least}"
    )


def _check_labels(labelled: pd.DataFrame, name: str, task: QuestionSettings) -> None:
    """Raise InputError with every value of the label column that `task` cannot take."""
    values, options = labelled[task.label], options_of(task)
    bad = ~values.isin(options) if options else values.map(number_of).isna()
    if not bad.any():
        return
    faults = [
        f"{value!r}{hint(value, task.unit, 0, 0)} (first at trial {rows['trial_id'].iloc[0]}, participant "
        f"{rows['participant_id'].iloc[0]}, cohort {rows['cohort'].iloc[0]}, {len(rows)} trial(s))"
        for value, rows in labelled[bad].groupby(task.label)
    ]
    wanted = f"one of: {listed(options)}" if options else f"a number in {task.unit}"
    remedy = (
        f"Correct the table, add it to tasks.{name}.options, or name it in tasks.{name}.ignore to leave "
        "it out."
        if options
        else "Correct the table, or write n/a where it was not measured."
    )
    raise InputError(
        f"Task {name}: the column {task.label} of participants.tsv or trials.tsv holds "
        f"{'; '.join(faults)}. It must be {wanted}. {remedy}"
    )
