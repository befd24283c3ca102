"""What a check of a cohort can say, and the table of all of it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from biomechgpt.files import replacing
from biomechgpt.spreadsheets import harmless

Severity = Literal["stops", "look", "note"]  # the run; at this; nothing to do
Topic = Literal[
    "tables", "labels", "phrasings", "recordings", "people", "questions", "videos", "groups"
]


class Finding(NamedTuple):
    """One thing that a check found, in a sentence."""

    severity: Severity
    topic: Topic
    sentence: str


def of_topic(topic: Topic, severity: Severity, sentences: Iterable[str]) -> list[Finding]:
    """A finding for each of some sentences."""
    return [Finding(severity, topic, sentence) for sentence in sentences]


def write_findings(path: os.PathLike, findings: Iterable[Finding]) -> None:
    """Write findings as a tab-separated table for people, no cell of it a formula."""
    table = pd.DataFrame(findings, columns=Finding._fields)
    table["sentence"] = [" ".join(sentence.split()) for sentence in table["sentence"]]
    with replacing(path) as temporary:
        harmless(table).to_csv(temporary, sep="\t", index=False)


def would_stop(path: str | os.PathLike) -> bool:
    """Whether a table of findings names something that would stop the run."""
    return "stops" in set(pd.read_csv(Path(path), sep="\t", dtype=str)["severity"])
