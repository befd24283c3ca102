"""Files that a laboratory's system exports, one a recording: Vicon Nexus, Visual3D, Xsens MVN."""

from collections.abc import Iterable
from pathlib import Path

from biomechgpt.cohort.session_import.session_file import SessionFile
from biomechgpt.recordings.readers.vicon import is_nexus, nexus_subject
from biomechgpt.recordings.readers.visual3d import is_visual3d

BEGINNING_BYTES = 1 << 20  # a header repeats a path above every column


def exported_files(files: Iterable[Path]) -> list[SessionFile]:
    """The exported recordings among `files`; only Vicon Nexus writes a participant into them."""
    recordings = []
    for path in files:
        match path.suffix.lower():
            case ".mvnx":
                recordings.append(SessionFile(path))
            case ".csv" if is_nexus(_beginning(path)):
                recordings.append(SessionFile(path, nexus_subject(path)))
            case ".txt" if is_visual3d(_beginning(path)):
                recordings.append(SessionFile(path))
    return recordings


def _beginning(path: Path) -> str:
    with open(path, "rb") as file:
        return file.read(BEGINNING_BYTES).decode("utf-8-sig", errors="replace")
