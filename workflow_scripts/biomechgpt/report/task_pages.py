"""A section for each question: who answers it how well, where it goes wrong, what it is worth."""

from collections.abc import Mapping

import pandas as pd

from biomechgpt.evaluation.figures import plain
from biomechgpt.report import agreement_figures, task_figures, task_tables, worst_trials
from biomechgpt.report.blocks import Heading, Row, Section, Text
from biomechgpt.report.glance import task_sentence
from biomechgpt.report.movement import Movement
from biomechgpt.report.results import Results
from biomechgpt.report.uncertainty_tables import uncertainty

GROUP = "Question by question"


def task_sections(
    results: Results, answers: pd.DataFrame | None, movements: Mapping[str, Movement]
) -> list[Section]:
    """One section a task. `answers` is `answers.parquet` of the first variant, `movements` the
    curves of the trials that `worst_trials.choose` names, by `trial_id`.
    """
    tables = task_tables.read(results)
    return [
        Section(
            f"question-{task.task}",
            plain(task.task)[0].upper() + plain(task.task)[1:],
            GROUP,
            _blocks(results, tables, task, _of(answers, task.task), movements),
        )
        for task in results.tasks.itertuples()
    ]


def _of(answers: pd.DataFrame | None, task: str) -> pd.DataFrame | None:
    return None if answers is None else answers[answers["task"] == task]


def _blocks(results, tables, task, answers, movements) -> list:
    classes = task.kind == "classification"
    unit = results.units.get(task.task, "")
    return [
        Text(task_sentence(results, task)),
        *task_tables.notes(tables["notes"], task.task),
        task_tables.models(results, task),
        *task_tables.few_participants(tables["t_intervals"], task, unit),
        *(_classes(tables, task.task) if classes else _numbers(results, answers, task.task)),
        Heading("Confidence and abstention"),
        *uncertainty(results, tables, task),
        *_drawn(tables, task, unit),
        Heading("Wording seen in training against new wording"),
        *task_tables.phrasings(tables["phrasings"], task),
        Heading("Errors to look at"),
        *worst_trials.blocks(answers, task, unit, movements),
    ]


def _classes(tables: Mapping, task: str) -> list:
    drawn = task_tables.left_out("confusions")
    if tables["confusions"] is not None:
        drawn = task_figures.confusion(tables["confusions"], task)
    return [drawn, *task_tables.classes(tables["classes"], task)]


def _numbers(results: Results, answers: pd.DataFrame | None, task: str) -> list:
    if answers is None:
        return []
    drawn = agreement_figures.numbers(results, answers, task)
    return [Row(drawn)] if drawn else []


def _drawn(tables: Mapping, task, unit: str) -> list[Row]:
    """Reliability and risk against coverage, as far as there are tables of them."""
    found = [
        task_figures.reliability(tables["reliability"], task.task),
        task_figures.risk_coverage(tables["risk_coverage"], task, unit),
    ]
    found = [figure for figure in found if figure is not None]
    return [Row(found)] if found else []
