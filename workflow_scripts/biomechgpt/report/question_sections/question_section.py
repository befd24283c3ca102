"""A section for each question: who answers it how well, where it goes wrong, what it is worth."""

from collections.abc import Mapping

import pandas as pd

from biomechgpt.questions.tasks import Task
from biomechgpt.report.page.blocks import (
    Block,
    Heading,
    Paragraph,
    Section,
    Sentences,
    SideBySide,
    no_table,
)
from biomechgpt.report.question_sections.confidence import (
    calibrated_numbers,
    calibrated_options,
    reliability,
    risk_coverage,
)
from biomechgpt.report.question_sections.confusion_matrix import class_table, confusion
from biomechgpt.report.question_sections.each_participant import each_participant
from biomechgpt.report.question_sections.model_ranking import models, t_intervals
from biomechgpt.report.question_sections.new_wording import built, phrasings
from biomechgpt.report.question_sections.number_agreement import agreement
from biomechgpt.report.question_sections.trial_curves import TrialCurves
from biomechgpt.report.question_sections.worst_trials import worst_trials
from biomechgpt.report.results import AnsweredTask, Results
from biomechgpt.report.sections.task_sentences import task_sentence

GROUP = "Question by question"
TABLES = (
    *("notes", "classes", "confusions", "phrasings", "t_intervals", "calibration", "reliability"),
    *("prediction_sets", "number_intervals", "number_choices", "risk_coverage"),
)
Tables = Mapping[str, pd.DataFrame | None]


def question_sections(
    results: Results,
    answers: pd.DataFrame | None,
    curves: Mapping[str, TrialCurves],
    built_phrasings: Mapping[str, Task],
) -> list[Section]:
    """One section a task. `answers` is `answers.parquet` of the first variant, `curves` are those of
    the trials that `worst_trials.trials_to_draw` names, by `trial_id`; `built_phrasings` by name the
    tasks whose phrasings nobody wrote.
    """
    tables = {name: _of_variant(results.table(name), results.variants[0]) for name in TABLES}
    tables["answers"] = answers
    sections = []
    for task in results.tasks:
        of_task = {name: _of_task(table, task.name) for name, table in tables.items()}
        blocks = _blocks(results, of_task, task, curves, built(built_phrasings.get(task.name)))
        title = task.title[0].upper() + task.title[1:]
        sections.append(Section(f"question-{task.name}", title, GROUP, blocks))
    return sections


def _of_variant(table: pd.DataFrame | None, variant: str) -> pd.DataFrame | None:
    """The rows of the variant and those that are of all models."""
    if table is None or "variant" not in table:
        return table
    return table[table["variant"].isna() | (table["variant"] == variant)]


def _of_task(table: pd.DataFrame | None, task: str) -> pd.DataFrame | None:
    return None if table is None else table[table["task"] == task]


def _blocks(
    results: Results,
    tables: Tables,
    task: AnsweredTask,
    curves: Mapping[str, TrialCurves],
    wording: list[Block],
) -> list[Block]:
    return [
        Paragraph(task_sentence(results, task)),
        *_notes(tables["notes"]),
        models(results, task),
        *t_intervals(tables["t_intervals"], task),
        *each_participant(results, task),
        *_right_and_wrong(results, tables, task),
        Heading("Confidence and abstention"),
        *_confidence(results, tables, task),
        Heading("Wording seen in training against new wording"),
        *wording,
        *phrasings(tables["phrasings"]),
        Heading("Errors to look at"),
        *worst_trials(tables["answers"], task, curves),
    ]


def _notes(table: pd.DataFrame | None) -> list[Sentences]:
    """Why some figures of this task are missing or weak."""
    if table is None or table.empty:
        return []
    rows = table.drop_duplicates("detail").itertuples()
    return [Sentences([(row.note.replace("_", " "), row.detail) for row in rows])]


def _right_and_wrong(results: Results, tables: Tables, task: AnsweredTask) -> list[Block]:
    """Confusion matrix and classes, or the numbers against the truth."""
    if task.kind == "regression":
        drawn = agreement(results, tables["answers"], task)
        return [SideBySide(drawn)] if drawn else []
    drawn = no_table("confusions")
    if tables["confusions"] is not None:
        drawn = confusion(tables["confusions"], task)
    return [drawn, *class_table(tables["classes"])]


def _confidence(results: Results, tables: Tables, task: AnsweredTask) -> list[Block]:
    calibrated = calibrated_numbers if task.kind == "regression" else calibrated_options
    drawn = [reliability(tables["reliability"], task), risk_coverage(tables["risk_coverage"], task)]
    drawn = [drawing for drawing in drawn if drawing is not None]
    return [*calibrated(results, tables, task), *([SideBySide(drawn)] if drawn else [])]
