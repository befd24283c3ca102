"""The files a report is made from, and what is read of them before any section is written."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.evaluation.measured_predictions import headline
from biomechgpt.questions.label_reading import read_as_meant
from biomechgpt.questions.tasks import Task, read_tasks
from biomechgpt.report.decoded_trials import decode_trials
from biomechgpt.report.question_sections.trial_curves import TrialCurves, trial_curves
from biomechgpt.report.question_sections.worst_trials import trials_to_draw
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.splits.folds_file import read_folds

NO_FILES: Mapping = {}


class RunFiles(NamedTuple):
    """The files a report is made from; what is None or empty is left out and said to be.

    `metrics`, `tables` and `answers` are what the evaluation writes; `tokenizers` the tokenizer
    folders by fold and tokenizer, `tokenizer_measures` what was measured of each; `tokens` the
    tokens of the first variant's tokenizer by fold; `joint_angles` the shards; `cohorts` the entries
    of the config, each with its path; `benchmarks` the folder of Snakemake's benchmark files;
    `left_out` the tasks left out, a table a fold; `phrasings` by task the files that the workflow wrote;
    `normal_gait` and `normal_ranges` the project's resources of these names; `synthesis_study` the folder of
    the tables of that study.
    """

    metrics: os.PathLike
    tables: os.PathLike
    answers: os.PathLike | None = None
    trials: os.PathLike | None = None
    folds: os.PathLike | None = None
    issues: os.PathLike | None = None
    tokenizers: Mapping[tuple[str, str], os.PathLike] = NO_FILES
    tokenizer_measures: Mapping[tuple[str, str], os.PathLike] = NO_FILES
    tokens: Mapping[str, os.PathLike] = NO_FILES
    joint_angles: Sequence[os.PathLike] = ()
    cohorts: Sequence[dict] = ()
    benchmarks: os.PathLike | None = None
    left_out: Sequence[os.PathLike] = ()
    phrasings: Mapping[str, os.PathLike] = NO_FILES
    normal_gait: os.PathLike | None = None
    normal_ranges: os.PathLike | None = None
    synthesis_study: os.PathLike | None = None


class ReportData(NamedTuple):
    """What was read beside the results; None where its file was not named.

    `answers` are those of the first variant, `curves` those of the worst trials, `labels` a row a
    trial, `built_phrasings` by name the tasks whose phrasings nobody wrote.
    """

    answers: pd.DataFrame | None
    curves: Mapping[str, TrialCurves]
    trials: pd.DataFrame | None
    folds: pd.DataFrame | None
    issues: pd.DataFrame | None
    labels: pd.DataFrame | None
    built_phrasings: Mapping[str, Task] = NO_FILES


def read_data(files: RunFiles, settings: RunSettings) -> ReportData:
    """Read what several sections need."""
    variant, its_settings = next(iter(settings.variants.items()))
    answers = None if files.answers is None else _headline_answers(files.answers, variant)
    curves = {}
    if answers is not None and files.joint_angles:
        curves = _worst_curves(files, answers, its_settings.tokenizer)
    return ReportData(
        answers=answers,
        curves=curves,
        trials=_parquet(files.trials),
        folds=None if files.folds is None else read_folds(files.folds),
        issues=_parquet(files.issues),
        labels=_labels(files, settings) if files.cohorts else None,
        built_phrasings=_built_phrasings(files.phrasings, settings),
    )


def _built_phrasings(files: Mapping[str, os.PathLike], settings: RunSettings) -> dict[str, Task]:
    """Of the phrasings that the workflow wrote those that it also made up."""
    tasks = {name: settings.tasks[name] for name in files if not settings.tasks[name].phrasings}
    return {task.name: task for task in read_tasks(tasks, files)}


def _labels(files: RunFiles, settings: RunSettings) -> pd.DataFrame:
    cohorts = read_cohorts(list(files.cohorts))
    return trial_labels([read_as_meant(cohort, settings.tasks) for cohort in cohorts])


def _headline_answers(path: os.PathLike, variant: str) -> pd.DataFrame:
    """Of the answers those of one variant, and of them only what the measures are of."""
    answers = pd.read_parquet(path, filters=[("variant", "==", variant)])
    return headline(answers.assign(split="test"))


def _worst_curves(files: RunFiles, answers: pd.DataFrame, tokenizer: str) -> dict[str, TrialCurves]:
    """The curves of the trials that sections draw, through the tokenizer of their own fold."""
    folders = {fold: path for (fold, name), path in files.tokenizers.items() if name == tokenizer}
    worst = {t: fold for t, fold in trials_to_draw(answers).items() if fold in folders}
    decoded = decode_trials(worst, files.joint_angles, folders, files.tokens)
    return {trial_id: trial_curves(trial) for trial_id, trial in decoded.items()}


def _parquet(path: os.PathLike | None) -> pd.DataFrame | None:
    return None if path is None else pd.read_parquet(path)
