"""What every job script does first and last: log, GPU, threads, checksums of its inputs and outputs."""

import logging
import os
import re
import sys
import time
import traceback
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from biomechgpt import gpus, seals
from biomechgpt.threads import fix_threads

PROGRESS = "progress"  # the logger of lines that say how far a job is, as `share` in `extra`
SECONDS_BETWEEN_LINES = 20.0
BAR_WIDTH = 24
FULL = re.compile("No space left on device|Disk quota exceeded|PytorchStreamWriter failed")
DISK_FULL = (
    "The disk is full, or your share of it. Free some space and start again: what is finished stays, "
    "and training goes on from its last checkpoint."
)


def start(snakemake, threads: int = 1) -> logging.Logger:
    """Send all output to the job's log, take a GPU where the rule asks for one, check the inputs.

    All output of this process and of its children (descriptors 1 and 2) goes to the job's log; a
    terminal behind descriptor 2 still gets a progress bar now and then. A job that did not ask for a
    GPU sees none, since another one may hold it. Call this before torch, XGBoost and NumPy are
    imported, which read then how many threads to use.

    Args:
        snakemake: The object that Snakemake puts into the scripts of rules.
        threads: How many threads to compute with.

    Raises:
        InputError: An input is not what its own stage wrote.
    """
    stderr = os.fdopen(os.dup(2), "w")
    if stderr.isatty():
        logging.getLogger(PROGRESS).addHandler(_ProgressBars(stderr, snakemake.log[0]))
    _redirect_output(snakemake.log[0])
    sys.excepthook = partial(_log_exception, stderr)
    fix_threads(threads)
    if snakemake.resources.get("gpu", 0):
        gpus.take_card()
    else:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for path in snakemake.input:
        seals.check(path)
    return logging.getLogger(snakemake.rule)


def finish(snakemake) -> None:
    """Seal all outputs, so that the stages that read them can check them."""
    for path in snakemake.output:
        seals.seal(path)


def _redirect_output(log_path: str) -> None:
    descriptor = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def _log_exception(
    stderr: TextIO, kind: type, error: BaseException, trace: TracebackType | None
) -> None:
    """Print the traceback, or the message of an `InputError`, to the log.

    That the disk is full goes to `stderr`, what descriptor 2 was at first: no log could hold it.
    """
    text = "".join(traceback.format_exception(error))
    if FULL.search(text):
        stderr.write(f"{DISK_FULL}\n")
        stderr.flush()
    sys.stderr.write(text)
    sys.stderr.flush()


class _ProgressBars(logging.Handler):
    """Prints a progress bar, the message and the log's name on a terminal, at most every 20 s.

    It prints lines and keeps no live display: several jobs and Snakemake write to one terminal.
    """

    def __init__(self, terminal: TextIO, log_path: str):
        super().__init__()
        self.console = Console(file=terminal)
        self.log_path = log_path
        self.last_s = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record with `share`, the part of the job that is done (0 to 1)."""
        if time.monotonic() - self.last_s < SECONDS_BETWEEN_LINES:
            return
        self.last_s = time.monotonic()
        line = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=1, completed=record.share, width=BAR_WIDTH)
        name = Text(self.log_path, style="dim")
        line.add_row(bar, f"{record.share:4.0%}", Text(record.getMessage()), name)
        with suppress(OSError):  # a terminal that was closed must not end the job
            self.console.print(line)
