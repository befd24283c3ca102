"""OpenCap sessions: `OpenSimData/Kinematics/*.mot`, and the participant in `sessionMetadata.yaml`.

Layout: https://github.com/stanfordnmbl/opencap-api (class SessionDirectoryConstructor); an example is
in https://github.com/stanfordnmbl/opencap-processing, folder ActivityAnalyses/Data.
"""

from collections.abc import Iterable
from pathlib import Path

from biomechgpt.cohort.session_import.session_file import SessionFile
from biomechgpt.errors import InputError
from biomechgpt.yaml_files import StrictLoader, read_yaml

KINEMATICS = ("OpenSimData", "Kinematics")
METADATA = "sessionMetadata.yaml"
POSES = ("neutral", "calibration")  # what OpenCap calls the trials in which nobody moves
LABELS = ("height_m", "mass_kg", "gender_mf")
MISSING = ("", "~", "null", "none", "nan", "n/a")


class _TextLoader(StrictLoader):
    """Every value as it is typed: a participant 007 is no 7."""

    yaml_implicit_resolvers = {}


def opencap_files(files: Iterable[Path]) -> tuple[list[SessionFile], list[str]]:
    """The recordings of OpenCap sessions among `files`, and remarks for whoever imports them."""
    recordings: list[SessionFile] = []
    remarks: dict[str, None] = {}
    for path in files:
        if path.suffix.lower() != ".mot" or path.parts[-3:-1] != KINEMATICS:
            continue
        if path.stem in POSES:
            remarks[f"{path} is a pose, and left out"] = None
            continue
        person, labels, remark = _participant(path.parents[2] / METADATA)
        recordings.append(SessionFile(path, person, labels))
        remarks |= {remark: None} if remark else {}
    return recordings, list(remarks)


def _participant(metadata: Path) -> tuple[str | None, dict[str, str], str | None]:
    """The participant's id and labels, and a remark where they cannot be read."""
    try:
        content = read_yaml(metadata, _TextLoader)
    except InputError as error:
        return None, {}, f"participant not known: {error}"
    content = content if isinstance(content, dict) else {}
    texts = {key: _text(content.get(key)) for key in ("subjectID", *LABELS)}
    labels = {key: texts[key] for key in LABELS if texts[key]}
    person = texts["subjectID"] or None
    return person, labels, None if person else f"participant not known: {metadata} has no subjectID"


def _text(value: object) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return "" if text.lower() in MISSING else text
