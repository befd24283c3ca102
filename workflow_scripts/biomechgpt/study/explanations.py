"""What each arm of a study says about a question on a movement, as raters read it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.cohort.tab_separated import read_tsv
from biomechgpt.errors import InputError
from biomechgpt.evaluation.measured_predictions import headline
from biomechgpt.settings.study_section import ArmSettings
from biomechgpt.settings.tasks_section import TaskSettings

FILE_COLUMNS = ["trial_id", "task", "answer", "explanation"]
Key = tuple[str, str]  # trial and task


class Explanation(NamedTuple):
    """An answer and the lines that stand below it."""

    answer: str
    lines: tuple[str, ...] = ()


def read_answers_of(path: os.PathLike, model: str, tasks: Sequence[str]) -> pd.DataFrame:
    """The answers of a model's first seed to held-out phrasings, a row a trial and task.

    Raises:
        InputError: The model has none.
    """
    rows = pd.read_parquet(path, filters=[("variant", "==", model), ("task", "in", list(tasks))])
    if rows.empty:
        raise InputError(
            f"{path} holds no answer of {model} to {', '.join(tasks)}: name a variant or baseline "
            "of this run, and tasks that it was asked."
        )
    rows = headline(rows.assign(split="test"))
    rows = rows[rows["seed"] == rows["seed"].min()]
    return rows.drop_duplicates(["trial_id", "task"]).set_index(["trial_id", "task"])


def explanations_of_model(
    answers: pd.DataFrame,
    shows: str,
    tasks: Mapping[str, TaskSettings],
    evidence: Mapping[str, Sequence[str]],
) -> dict[Key, Explanation]:
    """What a model's arm shows; `evidence` are measured lines by trial.

    Numbers have the decimals of their task, so that none tells by its digits who gave it.
    """
    explanations = {}
    for (trial_id, task), row in zip(answers.index, answers.to_dict("records"), strict=True):
        if shows == "text":
            explanations[trial_id, task] = Explanation(row["answer"])
            continue
        lines = evidence.get(trial_id, ()) if shows == "evidence" else ()
        explanations[trial_id, task] = Explanation(_answer(row, tasks[task]), tuple(lines))
    return explanations


def _answer(row: Mapping, task: TaskSettings) -> str:
    if row["kind"] == "classification":
        return row["decided"] or "no readable answer"
    if not np.isfinite(row["number"]):
        return "no readable answer"
    return f"{row['number']:.{task.decimals}f} {task.unit}".strip()


def explanations_of_file(path: Path) -> dict[Key, Explanation]:
    """What a table with `FILE_COLUMNS` says; ` | ` in an explanation begins a new line.

    Raises:
        InputError: The table is no such one, or a trial and task stands in it twice.
    """
    table, explanations = read_tsv(path, FILE_COLUMNS), {}
    for line, row in table.iterrows():
        key = (row["trial_id"], row["task"])
        if key in explanations:
            raise InputError(f"{path}, line {line}: {row['task']} of {row['trial_id']} again.")
        lines = tuple(part.strip() for part in (row["explanation"] or "").split(" | "))
        explanations[key] = Explanation(row["answer"] or "", tuple(filter(None, lines)))
    return explanations


def read_arms(
    arms: Mapping[str, ArmSettings],
    answers: Mapping[str, pd.DataFrame],
    tasks: Mapping[str, TaskSettings],
    evidence: Mapping[str, Sequence[str]],
) -> dict[str, dict[Key, Explanation]]:
    """By arm what it says of each trial and task; `answers` by model.

    Raises:
        InputError: as of `explanations_of_file`.
    """
    return {
        name: explanations_of_file(Path(arm.file).expanduser())
        if arm.file
        else explanations_of_model(answers[arm.model], arm.shows, tasks, evidence)
        for name, arm in arms.items()
    }
