"""Look at cohorts as the run will, from tables to counts, without stopping at what is wrong."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd

from biomechgpt.check.enough_people import nothing_to_learn, too_few
from biomechgpt.check.findings import Finding, of_topic
from biomechgpt.check.readable_trials import readable_trials
from biomechgpt.check.task_counts import TaskCount, answerable, count_tasks
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.table_faults import table_faults
from biomechgpt.cohort.tables import Cohort, read_cohorts, read_tables, trial_labels
from biomechgpt.errors import collected
from biomechgpt.questions.label_checks import (
    check_vote_column,
    contradictions,
    label_faults,
    unused_names,
)
from biomechgpt.questions.label_reading import read_as_meant, readings
from biomechgpt.questions.phrasing_sources import built_phrasings, phrasing_faults
from biomechgpt.recordings.issues import Issue
from biomechgpt.recordings.recording import Reading
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.splits.folds import assign_folds, check_enough_people


class CohortCheck(NamedTuple):
    """All that a check found; counts are empty where the tables did not get that far."""

    cohorts: list[Cohort]
    findings: list[Finding]
    trials: pd.DataFrame  # those that can be used, as `trials.parquet` lists them
    counts: list[TaskCount]


def check_cohorts(entries: Sequence[dict], settings: RunSettings, reading: Reading) -> CohortCheck:
    """Check the cohorts of `entries`, those of the config that have a path."""
    readable, sound, findings = [], [], []
    for entry in entries:
        cohort, faults = _attempt(read_tables, entry["name"], entry["path"])
        if cohort is not None:
            readable.append(cohort)
            faults = [str(fault) for fault in table_faults(*cohort[2:], cohort.folder)]
        findings += of_topic("tables", "stops", faults)
        if faults:
            wait = f"The recordings of {entry['name']} are looked at once its tables are right."
            findings.append(Finding("look", "recordings", wait))
        else:
            sound.append(entry)
    cohorts = read_cohorts(sound, with_prefix=len(settings.cohorts) > 1)
    findings += [*_labels(readable, settings), *_phrasings(settings)]
    trials, of_recordings = _recordings(cohorts, reading, settings)
    findings += of_recordings
    counts = []
    if len(cohorts) == len(settings.cohorts) and len(trials):
        counts, of_people = _people(cohorts, trials, settings)
        findings += of_people
    return CohortCheck(cohorts, findings, trials, counts)


def _attempt(function: Callable, *arguments, **named):
    """What `function` returns and no sentence, or None and the sentences of its `InputError`."""
    result, faults = None, []
    with collected(faults):
        result = function(*arguments, **named)
    return result, [sentence for fault in faults for sentence in fault.args]


def _labels(cohorts: list[Cohort], settings: RunSettings) -> list[Finding]:
    tasks = settings.tasks
    read = [read_as_meant(cohort, tasks) for cohort in cohorts]
    findings = of_topic("labels", "stops", label_faults(read, tasks))
    findings += of_topic("labels", "look", contradictions(read, tasks))
    if len(cohorts) == len(settings.cohorts):  # another cohort may have the columns
        unused = unused_names(read, tasks, settings.split.stratify_by)
        _, absent = _attempt(check_vote_column, read, settings.evaluate.vote_by)
        findings += of_topic("labels", "look", unused) + of_topic("labels", "stops", absent)
    return findings + of_topic("labels", "note", readings(cohorts, tasks))


def _phrasings(settings: RunSettings) -> list[Finding]:
    findings = of_topic("phrasings", "stops", phrasing_faults(settings.tasks))
    return findings + of_topic("phrasings", "note", built_phrasings(settings.tasks))


def _recordings(
    cohorts: list[Cohort], reading: Reading, settings: RunSettings
) -> tuple[pd.DataFrame, list[Finding]]:
    files, faults = _attempt(motion_files, cohorts, reading)
    findings = of_topic("tables", "stops", faults)
    if not files:
        return pd.DataFrame(), findings
    trials, issues = readable_trials(files, reading, settings.motion)
    issues.sort(key=lambda issue: issue.severity)  # rejected before warning
    findings += [Finding("look", "recordings", _sentence(issue)) for issue in issues]
    if not len(trials):
        findings += of_topic(
            "recordings", "stops", ["No recording can be used; why stands beside each."]
        )
    return trials, findings


def _sentence(issue: Issue) -> str:
    return f"{issue.severity}: {issue.file}: {issue.problem}: {issue.detail}"


def _people(
    cohorts: list[Cohort], trials: pd.DataFrame, settings: RunSettings
) -> tuple[list[TaskCount], list[Finding]]:
    """The counts of all tasks, and what has too few people."""
    counts, faults = _attempt(_count, cohorts, trials, settings)
    if counts is None:
        return [], of_topic("people", "stops", faults)
    least = settings.questions.min_training_participants
    return counts, [*nothing_to_learn(counts, least, settings.variants), *too_few(counts, least)]


def _count(cohorts: list[Cohort], trials: pd.DataFrame, settings: RunSettings) -> list[TaskCount]:
    """Count in the folds that the run would make of the recordings that can be used."""
    check_enough_people(cohorts, settings.cohorts, 0, settings.split)
    labels = trial_labels([read_as_meant(cohort, settings.tasks) for cohort in cohorts])
    roles = {cohort.name: cohort.role for cohort in settings.cohorts}
    folds = assign_folds(trials, labels, roles, settings.split)
    return count_tasks(answerable(labels, settings.tasks), trials, folds, settings.tasks)
