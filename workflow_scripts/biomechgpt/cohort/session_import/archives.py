"""The motion files of a zipped session, unpacked where nothing of the user's is touched."""

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from biomechgpt.cohort.session_import import opencap, pose2sim
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.recordings.readers.raw import UNPACKED_BYTES, UNPACKED_FACTOR

NAMES = (opencap.METADATA, pose2sim.CONFIG)
ARCHIVE = ".zip"
ENDINGS = (".mot", ".trc", ".mvnx", ".csv", ".txt", ARCHIVE)  # not the videos


def unpack(archive: Path, folder: Path) -> None:
    """Unpack the motion files of `archive` and what describes them into `folder`.

    Raises:
        InputError: no whole zip file, one that would write outside of `folder` or unpack out of all
            proportion, or a file lies there already with another content.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            members = list(_members(content, archive))
            _check_size(members, archive)
            for member in members:
                write_once(content.read(member), folder / member.filename, archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise InputError(f"{archive} cannot be unpacked: {error}; download it again") from None


def _members(content: zipfile.ZipFile, archive: Path) -> Iterator[zipfile.ZipInfo]:
    for member in content.infolist():
        path = PurePosixPath(member.filename)
        if member.is_dir() or not is_of_session(path):
            continue
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or is_link or {"\\", ":"} & set(str(path)):
            raise InputError(
                f"{archive} holds {member.filename!r}, which leads out of the folder; download it again"
            )
        yield member


def is_of_session(path: PurePosixPath) -> bool:
    """Whether a file may be a recording or says something of one, by its name."""
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts if part != "..")
    return not is_hidden and (path.name in NAMES or path.suffix.lower() in ENDINGS)


def _check_size(members: list[zipfile.ZipInfo], archive: Path) -> None:
    n_bytes = sum(member.file_size for member in members)
    if n_bytes > max(UNPACKED_FACTOR * archive.stat().st_size, UNPACKED_BYTES):
        raise InputError(
            f"{archive} would unpack to {n_bytes} bytes, which no session does; download it again"
        )


def write_once(content: bytes, path: Path, origin: Path) -> None:
    """Write a file out of `origin`; one that is there stays.

    Raises:
        InputError: a file with another content is there.
    """
    if path.is_file() and path.read_bytes() == content:
        return
    if path.exists():
        raise InputError(
            f"{path} is there already and is not what {origin} holds; move it away, or name another --folder"
        )
    with replacing(path) as temporary:
        temporary.write_bytes(content)
