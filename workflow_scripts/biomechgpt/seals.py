"""Seals: checksums of what a stage wrote, so that the next one reads nothing that was damaged since.

The seal of a folder is the file SHA256SUMS in it, which is copied with the folder; that of a file is
a hidden file beside it. Both have the format of `sha256sum`, which can check them too.
"""

import os
from pathlib import Path

from biomechgpt.errors import InputError
from biomechgpt.files import file_sha256, replacing

SEAL_OF_FOLDER = "SHA256SUMS"
SNAKEMAKE_TIMESTAMP = ".snakemake_timestamp"


def seal(path: os.PathLike) -> None:
    """Write the checksums of a file, or of all files in a folder."""
    path = Path(path)
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    seal_path = _seal_of(path)
    lines = [
        f"{file_sha256(file)}  {file.relative_to(seal_path.parent).as_posix()}\n"
        for file in files
        if file != seal_path and file.name != SNAKEMAKE_TIMESTAMP
    ]
    with replacing(seal_path) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")


def check(path: os.PathLike) -> None:
    """Compare a file or folder with its seal; without a seal there is nothing to compare.

    Raises:
        InputError: It is not what was sealed.
    """
    path = Path(path)
    seal_path = _seal_of(path)
    if not seal_path.is_file():
        return
    lines = seal_path.read_bytes().decode(errors="replace").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        digest, separator, name = line.partition("  ")
        if not separator:
            raise InputError(f"{seal_path}, line {number}: damaged. {_advice(path)}")
        file = seal_path.parent / name
        if not file.is_file():
            raise InputError(f"{file} is missing. {_advice(path)}")
        if file_sha256(file) != digest:
            raise InputError(
                f"{file} is damaged or was changed: it is not what was written there. {_advice(path)}"
            )


def is_whole(path: os.PathLike) -> bool:
    """Whether a file or folder has a seal and still is what was sealed."""
    try:
        check(path)
    except InputError:
        return False
    return _seal_of(Path(path)).is_file()


def _seal_of(path: Path) -> Path:
    return path / SEAL_OF_FOLDER if path.is_dir() else path.with_name(f".{path.name}.sha256")


def _advice(path: Path) -> str:
    return (
        f"If the workflow wrote {path}, delete it and start again, which writes it anew; if it was "
        "copied here, copy it again."
    )
