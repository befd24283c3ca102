"""Which job has which GPU of this machine: Snakemake counts them but does not assign them.

A job takes a card by locking a file; the kernel releases the lock however the process ends.
"""

import fcntl
import os
import re
import tempfile
import time
from pathlib import Path

DEVICES = Path("/dev")
SECONDS_BETWEEN_TRIES = 0.5


def take_card() -> str | None:
    """Take one card, the only one that this process then sees; wait while all are taken.

    The cards are those of CUDA_VISIBLE_DEVICES where it is set, else all of this machine. Call this
    before torch looks for cards.

    Returns:
        The card as CUDA_VISIBLE_DEVICES names it, None on a machine without one.
    """
    cards = visible_cards()
    if not cards:
        return None
    folder = _lock_folder()
    while True:
        for card in cards:
            if _lock(folder / re.sub(r"[^\w-]", "_", card)):
                os.environ["CUDA_VISIBLE_DEVICES"] = card
                return card
        time.sleep(SECONDS_BETWEEN_TRIES)


def visible_cards() -> list[str]:
    """The cards that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [card.strip() for card in visible.split(",") if card.strip()]
    numbers = [path.name.removeprefix("nvidia") for path in DEVICES.glob("nvidia[0-9]*")]
    return sorted(numbers, key=int)


def _lock_folder() -> Path:
    """One folder for all users of the machine, one for each Slurm job: it numbers its cards from 0."""
    job = os.environ.get("SLURM_JOB_ID", "all")
    folder = Path(tempfile.gettempdir(), f"biomechgpt-gpus-{job}")
    try:
        folder.mkdir()
        folder.chmod(0o1777)
    except FileExistsError:
        pass
    return folder


def _lock(path: Path) -> bool:
    """Lock `path` until this process and its children have ended; False where another holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)  # with O_CREAT another user's file may be refused
    except FileNotFoundError:
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT)
        os.fchmod(descriptor, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True
