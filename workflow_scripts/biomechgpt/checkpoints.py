"""Where a long stage keeps its progress: a folder that Snakemake does not know and does not empty."""

import hashlib
import json
import os
import shutil
from pathlib import Path


def fingerprint(*parts: object) -> str:
    """One hash of everything that a stage's result depends on (values must be JSON)."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def checkpoint_folder(output: os.PathLike) -> Path:
    """Where the checkpoints of the stage that writes `output` lie: beside it, undeclared."""
    output = Path(output)
    return output.with_name(f".{output.name}.checkpoints")


def open_checkpoints(folder: os.PathLike, mark: str) -> Path:
    """The checkpoint folder, emptied when it was left by a run with another fingerprint `mark`."""
    folder = Path(folder)
    mark_path = folder / "fingerprint"
    if folder.is_dir() and (not mark_path.is_file() or mark_path.read_text() != mark):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark_path.write_text(mark)
    return folder


def file_sha256(path: os.PathLike) -> str:
    """The SHA-256 of a file's content, read in pieces."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
