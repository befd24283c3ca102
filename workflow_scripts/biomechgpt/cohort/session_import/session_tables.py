"""participants.tsv and trials.tsv of recordings, with n/a where a person must fill in."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from biomechgpt.cohort.session_import.session_file import SessionFile
from biomechgpt.cohort.tables import ID_BYTES, ID_MARKS, ID_STARTS
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.settings.tasks_section import Tasks

UNTOLD = ("OpenSimData", "Kinematics", "kinematics", "pose-3d")  # folders in every session


def people_and_remarks(recordings: Iterable[SessionFile]) -> tuple[pd.DataFrame, list[str]]:
    """A row for each participant, with the labels that sessions agree on, and a remark for each other."""
    labels: dict[str, dict[str, str]] = {}
    disputed: dict[tuple[str, str], set[str]] = {}
    for recording in recordings:
        if recording.person is None:
            continue
        own = labels.setdefault(as_id(recording.person), {})
        for name, value in recording.labels.items():
            if own.setdefault(name, value) != value:
                disputed.setdefault((as_id(recording.person), name), {own[name]}).add(value)
    for person, name in disputed:
        del labels[person][name]
    remarks = [
        f"{name} of {person} is {' and '.join(sorted(values))} in different sessions; it was left n/a"
        for (person, name), values in disputed.items()
    ]
    rows = [{"participant_id": person} | labels[person] for person in sorted(labels)]
    return pd.DataFrame(rows, columns=_columns("participant_id", rows)), remarks


def _columns(first: str, rows: list[dict]) -> list[str]:
    return list(dict.fromkeys([first, *(name for row in rows for name in row)]))


def trial_table(recordings: Iterable[SessionFile], folder: Path) -> pd.DataFrame:
    """A row for each recording, in the order of their files.

    Raises:
        InputError: two recordings would have one id.
    """
    rows: dict[str, dict] = {}
    for recording in sorted(recordings, key=lambda item: item.path):
        file = recording.path.relative_to(folder).as_posix()
        trial = trial_id(file)
        if trial in rows:
            raise InputError(
                f"{rows[trial]['file']} and {file} in {folder} would both be trial {trial!r}: rename one of "
                "them, or move it away where they are the same recording"
            )
        person = None if recording.person is None else as_id(recording.person)
        rows[trial] = {"trial_id": trial, "participant_id": person, "file": file}
    return pd.DataFrame(rows.values(), columns=["trial_id", "participant_id", "file"])


def trial_id(file: str) -> str:
    """The id of a recording: its path, without what stands twice in it or in every session."""
    parts = [part for part in Path(file).with_suffix("").parts if part not in UNTOLD]
    behind = [*parts[1:], ""]
    kept = [part for part, after in zip(parts, behind, strict=True) if not after.startswith(part)]
    return as_id("_".join(kept))


def as_id(text: str) -> str:
    """`text` with _ for whatever may not stand in an id.

    Raises:
        InputError: it is too long.
    """
    text = unicodedata.normalize("NFC", text)
    signs = [s if unicodedata.category(s)[0] in "LMN" or s in ID_MARKS else "_" for s in text]
    plain = re.sub(r"^\s+|\s+$", "", "".join(signs))
    if not plain or not (plain[0] in ID_STARTS or unicodedata.category(plain[0])[0] in "LN"):
        plain = f"_{plain}"
    if len(plain.encode()) > ID_BYTES:
        raise InputError(f"{text!r} makes an id of more than {ID_BYTES} bytes; shorten these names")
    return plain


def write_tables(people: pd.DataFrame, trials: pd.DataFrame, folder: Path) -> None:
    """Write both tables; tables that are there stay as they are.

    Raises:
        InputError: a table is there with another content. Nothing is written then.
    """
    texts = {
        folder / name: table.to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n")
        for name, table in (("participants.tsv", people), ("trials.tsv", trials))
    }
    for path, text in texts.items():
        if path.exists() and path.read_bytes() != text.encode():
            raise InputError(
                f"{path} is there already and may hold labels that you typed: nothing was written. Add "
                "what is new by hand, or move both tables away and import again"
            )
    for path, text in texts.items():
        if not path.exists():
            with replacing(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")


def labels_to_fill(tasks: Tasks, columns: Iterable[str]) -> list[str]:
    """A line for each label column of the tasks that is not among `columns`, with what it may hold."""
    lines = {}
    for task in tasks.values():
        values = ", ".join(task.options) or f"a number, {task.unit}"
        lines[task.label] = f"{task.label}: {values}"
    return [line for label, line in lines.items() if label not in columns]
