"""Where a long stage keeps its progress: a folder that Snakemake does not know and does not empty."""

import hashlib
import json
import logging
import os
import shutil
from pathlib import Path

import numpy as np

from biomechgpt import seals

log = logging.getLogger(__name__)


def fingerprint(*parts: object) -> str:
    """One hash of everything that a stage's result depends on (values must be JSON, or arrays)."""
    text = json.dumps(parts, sort_keys=True, default=_in_json)
    return hashlib.sha256(text.encode()).hexdigest()


def _in_json(value: object) -> str:
    """An array by its bytes, since its text leaves out the middle; anything else as text."""
    if isinstance(value, np.ndarray):
        return hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
    return str(value)


def checkpoint_folder(output: os.PathLike) -> Path:
    """Where the checkpoints of the stage that writes `output` lie: beside it, undeclared."""
    output = Path(output)
    return output.with_name(f".{output.name}.checkpoints")


def open_checkpoints(folder: os.PathLike, mark: str) -> Path:
    """The checkpoint folder, emptied when it was left by a run with another fingerprint `mark`."""
    folder = Path(folder)
    mark_path = folder / "fingerprint"
    if mark_path.is_file() and mark_path.read_text() == mark:
        return folder  # as it is: to write the mark again could fail, which would cost everything
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    mark_path.write_text(mark)
    return folder


def checkpoint_path(folder: Path, step: int) -> Path:
    """The folder of the checkpoint after `step` steps."""
    return folder / f"checkpoint-{step}"


def by_step(folder: Path) -> list[Path]:
    """All checkpoints, the oldest first."""
    return sorted(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))


def last_whole_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end and not damaged since; newer ones are removed."""
    for checkpoint in reversed(by_step(folder)):
        if seals.is_whole(checkpoint):
            return checkpoint
        log.warning("%s is not whole: going back to the one before", checkpoint)
        shutil.rmtree(checkpoint)
    return None
