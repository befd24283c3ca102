"""Which GPU of this machine is whose: Snakemake counts them but does not say.

A card is taken by a lock on a file, which the kernel gives back when its process ends in any way.
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
    """Make one card the only one that this process sees, until it ends; wait where all are taken.

    The cards are those of CUDA_VISIBLE_DEVICES where it is set, else all of this machine. Returns
    the card, or None where there is none. To be called before torch looks for cards.
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
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return [card.strip() for card in named.split(",") if card.strip()]
    numbers = [path.name.removeprefix("nvidia") for path in DEVICES.glob("nvidia[0-9]*")]
    return sorted(numbers, key=int)


def _lock_folder() -> Path:
    """One for all users of the machine; inside a Slurm job its own, since it numbers its cards anew."""
    job = os.environ.get("SLURM_JOB_ID", "all")
    folder = Path(tempfile.gettempdir(), f"biomechgpt-gpus-{job}")
    try:
        folder.mkdir()
        folder.chmod(0o1777)
    except FileExistsError:
        pass
    return folder


def _lock(path: Path) -> bool:
    """Whether the lock was free and is now held, until this process and its children have ended."""
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
