"""Write a file or folder under a temporary name and rename it when it is whole; hash a file."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path`.

    Works for files and for folders. After an exception the temporary is removed and `path` is as
    it was before.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{escape(path.name)}.*.tmp"):
        if left.name.removeprefix(f".{path.name}.").removesuffix(".tmp").isdigit():
            _remove(left)  # of a process that was killed
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def file_sha256(path: os.PathLike) -> str:
    """The SHA-256 of a file's content, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_sha256(path: os.PathLike) -> str:
    """The SHA-256 of a file, or of the names and contents of the files in a folder."""
    path = Path(path)
    if not path.is_dir():
        return file_sha256(path)
    digest = hashlib.sha256()
    for file in sorted(item for item in path.iterdir() if item.is_file()):
        digest.update(f"{file.name} {file_sha256(file)}\n".encode())
    return digest.hexdigest()


def is_hub_id(source: str) -> bool:
    """Whether `source` is a Hugging Face id (owner/name) and no path of a folder."""
    starts_as_path = source.startswith(("/", ".", "~"))
    return source.count("/") == 1 and not starts_as_path and not Path(source).is_dir()


def annotation_folder(cohort: str | None, model: str | None) -> str:
    """`{cohort}-{hash}/{model}-{hash}`: where the answers of a model about a cohort are kept.

    The names are those of the folders, the hashes those of their whole paths, since two cohorts or
    models may be called the same.
    """
    parts = [(Path(cohort or "nothing").resolve(), 1), (Path(model or "nothing").resolve(), 2)]
    return "/".join(
        f"{_plain('-'.join(path.parts[-n_names:]))}-{_digest(path)}" for path, n_names in parts
    )


def _plain(name: str) -> str:
    """`name` without what has a meaning in a path or a pattern."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]
