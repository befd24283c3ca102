"""Files that a laboratory's system exports: Vicon Nexus, Visual3D, Xsens MVN."""

from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path, PureWindowsPath

from biomechgpt.cohort.session_import.archives import write_once
from biomechgpt.cohort.session_import.session_file import SessionFile
from biomechgpt.cohort.session_import.session_tables import as_id
from biomechgpt.recordings.readers.vicon import is_nexus, nexus_subject
from biomechgpt.recordings.readers.visual3d import is_visual3d, split_recordings

BEGINNING_BYTES = 1 << 20  # a header repeats a path above every column


def exported_files(files: Iterable[Path]) -> tuple[list[SessionFile], list[str]]:
    """The exported recordings among `files`, and remarks; only Vicon Nexus writes a participant into them.

    Visual3D puts recordings side by side: they become files of their own, in a folder beside theirs.

    Raises:
        InputError: such a file is there already with another content.
    """
    recordings: dict[Path, SessionFile] = {}
    remarks = []
    for path in files:
        match path.suffix.lower():
            case ".mvnx":
                recordings[path] = SessionFile(path)
            case ".csv" if is_nexus(_beginning(path)):
                recordings[path] = SessionFile(path, nexus_subject(path))
            case ".txt" if is_visual3d(_beginning(path)):
                parts = _parts(path)
                recordings |= {part: SessionFile(part) for part in parts}
                if len(parts) > 1:
                    folder = path.with_suffix("")
                    remarks.append(
                        f"{path} holds {len(parts)} recordings: each is a file in {folder}"
                    )
    return list(recordings.values()), remarks


def _beginning(path: Path) -> str:
    with open(path, "rb") as file:
        return file.read(BEGINNING_BYTES).decode("utf-8-sig", errors="replace")


def _parts(path: Path) -> list[Path]:
    """The file itself, or a file for each of its recordings, named by what differs in their sources."""
    texts = split_recordings(path.read_bytes().decode("utf-8-sig", errors="replace"))
    if len(texts) < 2:
        return [path]
    places = _places(list(texts))
    paths = [Path(path.with_suffix(""), *place[:-1], f"{place[-1]}.txt") for place in places]
    for text, part in zip(texts.values(), paths, strict=True):
        write_once(text.encode(), part, path)
    return paths


def _places(sources: list[str]) -> list[list[str]]:
    """Folders and name of each source, without the folders that all of them share."""
    names = [PureWindowsPath(source.removesuffix(".c3d")).parts for source in sources]
    levels = zip(*names, strict=False)
    n_common = len(list(takewhile(lambda level: len(set(level)) == 1, levels)))
    inner = [[as_id(part) for part in name[n_common:] if part != ".."] for name in names]
    return [place or [as_id(source)] for place, source in zip(inner, sources, strict=True)]
