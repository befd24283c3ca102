"""What the source of a trial alone tells of a label, on clips at random and with videos kept apart."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import GroupKFold, KFold

from biomechgpt.baselines import boosting
from biomechgpt.baselines.task_examples import Examples
from biomechgpt.cohort.tables import Cohort, trial_labels
from biomechgpt.questions.tasks import options_of
from biomechgpt.settings.tasks_section import Tasks
from biomechgpt.video.source_numbers import VIDEO, source_numbers
from biomechgpt.video.source_table import source_table

FOLDS, SEED = 5, 0
FEWEST_CLIPS = 20


class Figures(NamedTuple):
    """How well a task was answered on clips that were left out."""

    accuracy: float
    macro_f1: float


class Shortcut(NamedTuple):
    """What the source alone tells of one task."""

    task: str
    clips: int
    videos: int  # or groups of people, where no video is named
    majority: float  # share of the most frequent answer
    at_random: Figures  # no result: clips of one video stand on both sides
    kept_apart: Figures


def shortcuts(cohorts: Sequence[Cohort], tasks: Tasks) -> Iterator[Shortcut]:
    """The classifications that enough clips of enough videos have a label of."""
    labels = trial_labels(list(cohorts))
    numbers = source_numbers(source_table(cohorts))
    units = (
        labels["split_group"] if VIDEO not in labels else labels[VIDEO].fillna(labels["trial_id"])
    )
    for name, task in tasks.items():
        if task.kind != "classification" or task.label not in labels:
            continue
        known = labels[task.label].isin(options_of(task)).to_numpy()
        truth, groups = labels.loc[known, task.label].to_numpy(str), units[known].to_numpy(str)
        if len(truth) >= FEWEST_CLIPS and len(set(groups)) >= FOLDS:
            yield _shortcut(name, numbers[known], truth, groups)


def _shortcut(name: str, numbers: np.ndarray, truth: np.ndarray, groups: np.ndarray) -> Shortcut:
    at_random = KFold(FOLDS, shuffle=True, random_state=SEED).split(truth)
    kept_apart = GroupKFold(FOLDS).split(truth, groups=groups)
    return Shortcut(
        name,
        len(truth),
        len(set(groups)),
        pd.Series(truth).value_counts(normalize=True).iloc[0],
        *(_figures(numbers, truth, groups, list(folds)) for folds in (at_random, kept_apart)),
    )


def _figures(numbers: np.ndarray, truth: np.ndarray, groups: np.ndarray, folds: list) -> Figures:
    answers, options = np.empty_like(truth), sorted(set(truth))
    for train, test in folds:
        sides = (Examples(numbers[side], truth[side], groups[side]) for side in (train, test))
        answers[test], _ = boosting.predict(*sides, options, boosting.USUAL, SEED)
    return Figures(accuracy_score(truth, answers), f1_score(truth, answers, average="macro"))
