"""participants.tsv and trials.tsv of recordings, with n/a where a person must fill in."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from biomechgpt.cohort.session_import.session_file import SessionFile
from biomechgpt.cohort.table_faults import ID_BYTES, ID_MARKS, ID_STARTS
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.settings.tasks_section import Tasks

UNTOLD = ("OpenSimData", "Kinematics", "kinematics", "pose-3d")  # folders in every session
NAMED_FILES = 10  # of the new ones; the rest is counted


def people_table(recordings: Iterable[SessionFile]) -> tuple[pd.DataFrame, list[str]]:
    """A row for each participant, with labels on which all sessions agree; a remark for each other label.

    Raises:
        InputError: two participants would have one id.
    """
    values = _labels_of_people(recordings)
    rows, remarks = [], []
    for person, labels in sorted(values.items()):
        agreed = {name: min(said) for name, said in labels.items() if len(said) == 1}
        rows.append({"participant_id": person} | agreed)
        for name in labels.keys() - agreed.keys():
            said = " and ".join(sorted(labels[name]))
            remarks.append(f"{name} of {person} is {said} in different sessions; it was left n/a")
    columns = dict.fromkeys(["participant_id", *(name for row in rows for name in row)])
    return pd.DataFrame(rows, columns=list(columns)), sorted(remarks)


def _labels_of_people(recordings: Iterable[SessionFile]) -> dict[str, dict[str, set[str]]]:
    """Id -> label -> what sessions say of it."""
    spellings: dict[str, str] = {}
    values: dict[str, dict[str, set[str]]] = {}
    for recording in recordings:
        if recording.person is None:
            continue
        person = as_id(recording.person)
        if spellings.setdefault(person, recording.person) != recording.person:
            raise InputError(
                f"{spellings[person]!r} and {recording.person!r} would both be participant {person!r}: "
                "correct one in its session, or find them otherwise, with --participant"
            )
        labels = values.setdefault(person, {})
        for name, value in recording.labels.items():
            labels.setdefault(name, set()).add(value)
    return values


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
                f"{_not_in(folder / 'trials.tsv', trials) or 'what is new'} by hand, or move both tables "
                "away and import again"
            )
    for path, text in texts.items():
        if not path.exists():
            with replacing(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")


def _not_in(path: Path, trials: pd.DataFrame) -> str:
    """The recordings of which the table at `path` has no line."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    cells = set(re.split(r"[\t\n]", text))
    files = [file for file in trials["file"] if file not in cells]
    more = f" and {len(files) - NAMED_FILES} more" if len(files) > NAMED_FILES else ""
    return ", ".join(files[:NAMED_FILES]) + more


def labels_to_fill(tasks: Tasks, columns: Iterable[str]) -> list[str]:
    """A line for each label column of the tasks that is not among `columns`, with what it may hold."""
    lines = {}
    for task in tasks.values():
        values = ", ".join(task.options) or f"a number, {task.unit}"
        lines[task.label] = f"{task.label}: {values}"
    return [line for label, line in lines.items() if label not in columns]
