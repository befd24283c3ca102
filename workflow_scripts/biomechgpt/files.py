"""Write a file or folder under a temporary name and rename it when it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it takes the place of `path`.

    Works for files and for folders. After an exception the temporary is removed and `path` is as
    it was before.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        os.replace(temporary, path)
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        temporary.unlink(missing_ok=True)


def is_hub_id(source: str) -> bool:
    """Whether `source` is a Hugging Face id (owner/name) and no path of a folder."""
    starts_as_path = source.startswith(("/", ".", "~"))
    return source.count("/") == 1 and not starts_as_path and not Path(source).is_dir()
