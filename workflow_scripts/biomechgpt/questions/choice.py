"""Which trials each task asks about, and which tasks are left out."""

import logging
from collections.abc import Collection
from typing import NamedTuple

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.questions.number_hints import hint
from biomechgpt.questions.tasks import Task, listed, number_of

log = logging.getLogger(__name__)


class TaskTrials(NamedTuple):
    """The trials that one task asks about: trial_id, participant_id, split and the task's label."""

    task: Task
    trials: pd.DataFrame


class Choice(NamedTuple):
    """What is asked, in the order of the tasks, and which tasks are left out.

    `left_out` has a row a task: task, training_participants (int), reason (a sentence's end).
    """

    chosen: list[TaskTrials]
    left_out: pd.DataFrame


def choose_trials(
    labels: pd.DataFrame,
    trials: pd.DataFrame,
    folds: pd.DataFrame,
    fold: str,
    tasks: list[Task],
    min_training_participants: int,
) -> Choice:
    """The accepted trials of each task that have its label and that it applies to.

    `labels`: cohort, trial_id and the label columns as text or None. `trials`: the accepted trials,
    trial_id and participant_id. `folds`: fold, participant_id, split. In a cohort that never fills
    the column of a condition, a trial's own label is enough. A task with fewer training participants
    than `min_training_participants` is left out, with a line in the log. Raises `InputError` for a
    label that is no option of its task, or no number, and where no task is left.
    """
    table = _labelled_trials(labels, trials, folds, fold)
    known = {task.label for task in tasks}
    chosen, left_out = [], []
    for task in tasks:
        rows = _trials_of(table, task, known)
        n_people = rows.loc[rows["split"] == "train", "participant_id"].nunique()
        if n_people >= max(1, min_training_participants):
            chosen.append(TaskTrials(task, rows))
            continue
        reason = _absence(task, _absent(table, task, known)) or _shortage(
            n_people, len(rows), min_training_participants
        )
        log.info("task %s is left out: %s", task.name, reason)
        left_out.append((task.name, n_people, reason))
    if not chosen:
        listing = "; ".join(f"{name}: {reason}" for name, _, reason in left_out)
        raise InputError(f"Every task is left out in fold {fold}, nothing can be asked. {listing}.")
    return Choice(
        chosen, pd.DataFrame(left_out, columns=["task", "training_participants", "reason"])
    )


def _labelled_trials(
    labels: pd.DataFrame, trials: pd.DataFrame, folds: pd.DataFrame, fold: str
) -> pd.DataFrame:
    """The accepted trials with their labels and their side of the split."""
    split_of = folds[folds["fold"] == fold].set_index("participant_id")["split"]
    table = trials[["trial_id", "participant_id"]].merge(
        labels.drop(columns=["participant_id"]), on="trial_id", how="left", validate="one_to_one"
    )
    table["split"] = table["participant_id"].map(split_of)
    if table["split"].isna().any():
        lost = table.loc[table["split"].isna(), "participant_id"].iloc[0]
        raise InputError(f"Participant {lost} has accepted trials but stands not in fold {fold}.")
    return table


def _trials_of(table: pd.DataFrame, task: Task, known: Collection[str]) -> pd.DataFrame:
    """The trials that `task` asks about: it applies to them and their label is there."""
    columns = ["cohort", "trial_id", "participant_id", "split"]
    if _absent(table, task, known):
        return table.iloc[:0][columns]
    keep = table[task.label].notna() & ~table[task.label].isin(task.ignore)
    for column, values in task.applies_to.items():
        keep &= _holds(table, keep, task, column, values)
    labelled = table.loc[keep, [*columns, task.label]]
    _check_labels(labelled, task)
    return labelled


def _absent(table: pd.DataFrame, task: Task, known: Collection[str]) -> list[str]:
    """Columns that `task` cannot do without; that of a condition need be in no table if a task asks it."""
    needed = (task.label, *(column for column in task.applies_to if column not in known))
    return [column for column in needed if column not in table]


def _holds(
    table: pd.DataFrame, labelled: pd.Series, task: Task, column: str, values: Collection[str]
) -> pd.Series:
    """Which trials meet a condition, or are of a cohort that never fills its column."""
    cells = table.get(column, pd.Series(None, table.index, dtype=object))
    filled = cells.notna().groupby(table["cohort"]).transform("any").astype(bool)
    key = f"tasks.{task.name}.applies_to.{column}"
    for cohort in table.loc[labelled & ~filled, "cohort"].unique():
        log.warning(
            "%s: cohort %s never fills %s; asked wherever %s is", key, cohort, column, task.label
        )
    unknown = int((labelled & filled & cells.isna()).sum())
    if unknown:
        log.warning("%s: %d labelled trials are not asked, %s is n/a", key, unknown, column)
    return cells.isin(values) | ~filled


def _absence(task: Task, absent: list[str]) -> str:
    """Which columns no table has, with the keys that name them; empty where all are there."""
    keys = [
        f"tasks.{task.name}.{'label' if column == task.label else 'applies_to'}"
        for column in absent
    ]
    named = ", ".join(f"{column} ({key})" for column, key in zip(absent, keys, strict=True))
    return named and f"no table has the column {named}"


def _shortage(n_people: int, n_trials: int, least: int) -> str:
    if not n_people:
        who = "training participant" if n_trials else "accepted trial"
        return f"no {who} it applies to has a label"
    return (
        f"{n_people} training participant(s) have its label, "
        f"questions.min_training_participants is {least}"
    )


def _check_labels(labelled: pd.DataFrame, task: Task) -> None:
    """Raise `InputError` with every value of the label column that `task` cannot take."""
    values = labelled[task.label]
    bad = ~values.isin(task.options) if task.options else values.map(number_of).isna()
    if not bad.any():
        return
    found = [
        f"{value!r}{hint(value, task.unit, 0, 0)} (first at trial {rows['trial_id'].iloc[0]}, participant "
        f"{rows['participant_id'].iloc[0]}, cohort {rows['cohort'].iloc[0]}, {len(rows)} trial(s))"
        for value, rows in labelled[bad].groupby(task.label)
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
