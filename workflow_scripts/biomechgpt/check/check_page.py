"""The page that a check of a cohort ends with, in plain words."""

from collections.abc import Iterable, Sequence

import pandas as pd

from biomechgpt.check.cohort_check import CohortCheck
from biomechgpt.check.findings import Finding

MOST_SHOWN = 12  # findings of one kind
NOTHING_TO_CHECK = (
    "No cohort of yours is in the config, only simulated ones: put the path of your folder under cohorts "
    "(docs/cohort.md).\n"
)
HEADINGS = {
    "stops": "WOULD STOP THE RUN: correct these first",
    "look": "WORTH A LOOK: the run goes on, but not as you may expect",
    "note": "TAKEN AS IT IS: nothing to do, if it is right",
}


def page(check: CohortCheck, least: int, table: str) -> str:
    """The check as text; `least` is `questions.min_training_participants`, `table` names the full list."""
    parts = [*_cohorts(check)]
    parts += by_severity(check.findings, table)
    if check.counts:
        parts.append(_questions(check, least))
    parts.append(verdict(check.findings))
    return "\n\n".join(parts) + "\n"


def by_severity(findings: Sequence[Finding], table: str) -> Iterable[str]:
    """A paragraph for each severity that occurs."""
    for severity, heading in HEADINGS.items():
        members = [finding for finding in findings if finding.severity == severity]
        if members:
            yield "\n".join([heading, *_listed(members, table)])


def _cohorts(check: CohortCheck) -> Iterable[str]:
    for cohort in check.cohorts:
        of_cohort = check.trials[check.trials["cohort"] == cohort.name] if len(check.trials) else ()
        yield (
            f"{cohort.name} ({cohort.folder}): {len(cohort.participants)} people and {len(cohort.trials)} "
            f"recordings in its tables, of which {len(of_cohort)} recordings can be used."
        )


def _listed(findings: Sequence[Finding], table: str) -> Iterable[str]:
    """The first findings of each topic, and how many more there are."""
    for topic in dict.fromkeys(finding.topic for finding in findings):
        sentences = [finding.sentence for finding in findings if finding.topic == topic]
        yield f"  {topic} ({len(sentences)})"
        yield from (f"  - {' '.join(sentence.split())}" for sentence in sentences[:MOST_SHOWN])
        if len(sentences) > MOST_SHOWN:
            yield f"  - and {len(sentences) - MOST_SHOWN} more: {table}"


def _questions(check: CohortCheck, least: int) -> str:
    rows = [
        (
            count.task,
            count.participants,
            count.trials,
            min(count.training.values()),
            min(count.validation.values()),
            count.tested,
            "yes" if min(count.training.values()) >= least else "no",
        )
        for count in check.counts
    ]
    head = ["question", "people", "recordings", "train", "validation", "test", "asked"]
    options = [
        f"  {count.task}: {', '.join(f'{option} {n}' for option, n in count.people_of_options.items())}"
        for count in check.counts
        if count.participants and count.people_of_options
    ]
    lines = [
        f"QUESTIONS: people of each side (of several folds the fewest); asked from {least} people in train",
        pd.DataFrame(rows, columns=head).to_string(index=False),
    ]
    return "\n".join([*lines, *(["People of each option:", *options] if options else [])])


def verdict(findings: Sequence[Finding]) -> str:
    """Whether the run would stop, in a sentence."""
    n_stops = sum(finding.severity == "stops" for finding in findings)
    n_looks = sum(finding.severity == "look" for finding in findings)
    if n_stops:
        return f"The run would stop: {n_stops} fault(s) to correct, {n_looks} thing(s) to look at."
    return f"Nothing stops the run; {n_looks} thing(s) to look at."
