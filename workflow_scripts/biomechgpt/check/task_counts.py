"""How many people and recordings each question would have in the folds of the run."""

from typing import NamedTuple

import pandas as pd

from biomechgpt.questions.choice import choose_trials
from biomechgpt.questions.label_reading import columns_of
from biomechgpt.questions.tasks import number_of, options_of
from biomechgpt.settings.tasks_section import Tasks, TaskSettings


class TaskCount(NamedTuple):
    """People and recordings that a task asks about; none where it has nobody to train on in any fold."""

    task: str
    participants: int
    trials: int
    training: dict[str, int]  # people, by fold
    validation: dict[str, int]
    tested: int  # people, all folds together
    people_of_options: dict[str, int]
    absence: str  # why nobody can be asked in some fold; else empty


def answerable(labels: pd.DataFrame, tasks: Tasks) -> pd.DataFrame:
    """`labels` without those that no task can take, which the check of labels names."""
    kept = {}
    for name, column in columns_of(tasks).items():
        if name in labels:
            cells = labels[name]
            numbers = cells.map(number_of, na_action="ignore").astype(float)
            fits = numbers.notna() if column.unit else cells.isin(column.words)
            kept[name] = cells.where(fits, None)
    return labels.assign(**kept)


def count_tasks(
    labels: pd.DataFrame, trials: pd.DataFrame, folds: pd.DataFrame, tasks: Tasks
) -> list[TaskCount]:
    """Count each task in all folds; `labels`, `trials` and `folds` as `choose_trials` takes them.

    Raises:
        InputError: There is no task that has somebody to train on.
    """
    trials_of: dict[str, dict[str, pd.DataFrame]] = {name: {} for name in tasks}
    absence = dict.fromkeys(tasks, "")
    for fold in folds["fold"].unique():
        choice = choose_trials(labels, trials, folds, fold, tasks, min_training_participants=1)
        for name, _, rows in choice.tasks:
            trials_of[name][fold] = rows
        absence |= dict(zip(choice.left_out["task"], choice.left_out["reason"], strict=True))
    names = list(folds["fold"].unique())
    return [_count(name, tasks[name], trials_of[name], names, absence[name]) for name in tasks]


def _count(
    name: str,
    task: TaskSettings,
    trials_by_fold: dict[str, pd.DataFrame],
    folds: list[str],
    absence: str,
) -> TaskCount:
    """`trials_by_fold`: the trials of the folds in which somebody is there to train on."""
    empty = pd.DataFrame(columns=["trial_id", "participant_id", "split", task.label])
    rows = pd.concat(trials_by_fold.values()) if trials_by_fold else empty
    people = rows.groupby(task.label)["participant_id"].nunique()
    return TaskCount(
        name,
        rows["participant_id"].nunique(),
        rows["trial_id"].nunique(),
        {fold: _people(trials_by_fold.get(fold, empty), "train") for fold in folds},
        {fold: _people(trials_by_fold.get(fold, empty), "validation") for fold in folds},
        _people(rows, "test"),
        {option: int(people.get(option, 0)) for option in options_of(task)},
        absence,
    )


def _people(rows: pd.DataFrame, side: str) -> int:
    return rows.loc[rows["split"] == side, "participant_id"].nunique()
