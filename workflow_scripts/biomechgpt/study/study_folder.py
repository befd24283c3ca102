"""Where a study keeps its forms, its key and its ratings, and the key itself."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.files import replacing

EXPLANATIONS, PAIRS = "explanations", "pairs"  # the parts of a study
REGULAR, LURE, BESIDE_LURE = "regular", "lure", "beside a lure"


class KeyRow(NamedTuple):
    """What stands in a slot of a rater's form."""

    rater: str
    item: str  # the code that the form has
    part: str  # explanations | pairs
    name: str  # of the item, equal for all raters
    time: str  # first | repeat
    slot: str  # A, B, ...
    arm: str
    role: str  # regular | lure | beside a lure
    trial_id: str
    task: str = ""
    truth: str = ""
    answer: str = ""
    taken_from: str = ""  # a lure's explanation is of this trial


class StudyFolder(NamedTuple):
    """A study's folder. `key` stays with whoever runs the study; raters get their form alone."""

    path: Path

    @property
    def forms(self) -> Path:
        """One HTML file a rater."""
        return self.path / "forms"

    @property
    def ratings(self) -> Path:
        """Where the files that raters send back are put."""
        return self.path / "ratings"

    @property
    def key(self) -> Path:
        """Which arm stands in which slot."""
        return self.path / "key" / "key.tsv"

    @property
    def record(self) -> Path:
        """Settings of the study, and the fingerprint of each form."""
        return self.path / "key" / "study.json"


class Study(NamedTuple):
    """A study that was exported: its key, its settings, and the fingerprint of each rater's form."""

    name: str
    key: pd.DataFrame  # the columns of `KeyRow`, all text
    forms: dict[str, str]
    arms: list[str]
    scales: dict[str, str]
    simulated: bool
    bootstrap_draws: int
    seed: int


def write_study_record(folder: StudyFolder, study: Study) -> None:
    """Write the key and beside it what else `read_study` needs."""
    with replacing(folder.key) as temporary:
        study.key.to_csv(temporary, sep="\t", index=False)
    fields = {name: value for name, value in study._asdict().items() if name != "key"}
    with replacing(folder.record) as temporary:
        temporary.write_text(json.dumps(fields, indent=1), encoding="utf-8")


def read_study_record(folder: StudyFolder) -> Study:
    """Read what `write_study_record` wrote.

    Raises:
        InputError: There is no such study.
    """
    if not folder.record.is_file() or not folder.key.is_file():
        raise InputError(
            f"{folder.path} holds no study with its key: write one with `make study`, or correct study.name."
        )
    fields = json.loads(folder.record.read_text(encoding="utf-8"))
    key = pd.read_csv(folder.key, sep="\t", dtype=str, keep_default_na=False)
    return Study(key=key, **fields)


def key_table(rows: Iterable[KeyRow]) -> pd.DataFrame:
    """The key as a table."""
    return pd.DataFrame(rows, columns=KeyRow._fields)
