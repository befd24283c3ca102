"""What does not carry over from the cohorts that were learnt from to those only tested on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.page.blocks import Block, Cell, Paragraph, TableBlock
from biomechgpt.report.page.wording import count, level, people
from biomechgpt.report.results import NAMES, AnsweredTask, Results
from biomechgpt.report.run_files import ReportData
from biomechgpt.report.sections.task_sentences import estimate
from biomechgpt.settings.run_settings import RunSettings


def other_cohorts(results: Results, data: ReportData, settings: RunSettings) -> list[Block]:
    """Both sides in figures, labels and joints; nothing where no cohort has the role test."""
    roles = {cohort.name: cohort.role for cohort in settings.cohorts}
    if "test" not in roles.values() or data.trials is None:
        return []
    is_other = data.trials["cohort"].map(roles) == "test"
    sides = {"learnt from": data.trials[~is_other], "only tested on": data.trials[is_other]}
    return [
        Paragraph(_introduction(sides, "both" in roles.values())),
        _figures(results),
        *_labels(results.tasks, sides, data.labels, settings),
        Paragraph(_joints(sides)),
    ]


def _introduction(sides: dict[str, pd.DataFrame], some_are_both: bool) -> str:
    names = {side: " and ".join(sorted(set(rows["cohort"]))) for side, rows in sides.items()}
    text = (
        f"Learnt from {names['learnt from']}; no training saw anybody of {names['only tested on']}. Between "
        "both lie other people, sensors, definitions of joint angles, places and reasons to give a "
        "label, and no figure here can tell which of these made a difference. What is worse on the "
        "right does not carry over."
    )
    return text + (" The test figures pool people of both sides." if some_are_both else "")


def _figures(results: Results) -> TableBlock:
    """Each model on validation participants of the first side and on test participants."""
    before = results.on_validation.query("seed == 'mean' and label == '' and reading == 'answer'")
    known = {(row.variant, row.task, row.metric): row for row in before.itertuples()}
    rows = [
        [
            Cell(name, task.title),
            Cell(NAMES[task.headline], task.unit),
            _estimate(known.get((name, task.name, task.headline))),
            _estimate(row),
        ]
        for task in results.tasks
        for name, row in results.means_of(task, (*results.variants, *results.simple)).items()
    ]
    caption = (
        "The same models on validation participants of the cohorts that they learnt from, and on test "
        "participants; mean of the seeds. Whatever was chosen by validation participants is flattered "
        "there."
    )
    head = ["model", "measure", "validation, learnt from", "test"]
    return TableBlock(caption, head, rows, n_text=2)


def _estimate(row: tuple | None) -> Cell:
    if row is None:
        return Cell("–")
    size = people(row.n_participants, row.n_trials)
    return Cell(level(row.metric, row.value), f"{estimate(row.metric, row).sub}\n{size}")


def _labels(
    tasks: Sequence[AnsweredTask],
    sides: dict[str, pd.DataFrame],
    labels: pd.DataFrame | None,
    settings: RunSettings,
) -> list[TableBlock]:
    """How often each option stands on either side."""
    if labels is None:
        return []
    parts = [labels[labels["trial_id"].isin(rows["trial_id"])] for rows in sides.values()]
    rows = [
        [task.title, option, *(_with_label(part, column, option) for part in parts)]
        for task in tasks
        for column in [settings.tasks[task.name].label]
        for option in settings.tasks[task.name].options
        if column in labels
    ]
    caption = "Labels on either side. The same word need not mean the same to those who gave it."
    return [TableBlock(caption, ["question", "label", *sides], rows, n_text=2)] if rows else []


def _with_label(rows: pd.DataFrame, column: str, option: str) -> str:
    labelled = rows[rows[column] == option]
    return people(labelled["participant_id"].nunique(), len(labelled))


def _joints(sides: dict[str, pd.DataFrame]) -> str:
    """Which joints most trials of one side have and most of the other lack."""
    have = {side: _recorded(rows) for side, rows in sides.items()}
    learnt, tested = have.values()
    parts = [
        f"{count(len(only))} joints are only {where}: {', '.join(map(plain, only))}."
        for where, only in (
            ("in what was learnt from", [j for j in JOINT_NAMES if j in learnt - tested]),
            ("in what was tested on", [j for j in JOINT_NAMES if j in tested - learnt]),
        )
        if only
    ]
    if not parts:
        return "Both sides have the same joints."
    return (
        f"{' '.join(parts)} A joint that a trial lacks stands at its training mean for the motion "
        "tokenizer, rocket and networks, and is missing to gait features."
    )


def _recorded(trials: pd.DataFrame) -> set[str]:
    missing = pd.Series(np.concatenate([np.asarray(m, object) for m in trials["missing_joints"]]))
    often = missing.value_counts()
    return set(JOINT_NAMES) - set(often.index[often > len(trials) / 2])
