"""What every job script does first and last: log, GPU, threads, checksums of what it reads and writes."""

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

PROGRESS = "progress"  # the logger of lines that say how far a job is, each with its `share`
SECONDS_BETWEEN_LINES = 20.0
BAR_WIDTH = 24
FULL = re.compile("No space left on device|Disk quota exceeded|PytorchStreamWriter failed")
DISK_FULL = (
    "The disk is full, or your share of it. Free some space and start again: what is finished stays, "
    "and training goes on from its last checkpoint."
)


def start(snakemake, threads: int = 1) -> logging.Logger:
    """Send all output to the job's log, take a GPU where one is asked for, check what is read.

    `snakemake` is the object that scripts of rules get. All output of this process and of its children
    (descriptors 1 and 2) goes to its log; where descriptor 2 was a terminal, it still gets a bar of
    progress now and then. A job that asked for no GPU sees none: another one holds it. `threads` is
    what torch, XGBoost and NumPy compute with, so call this before they are imported. InputError where
    an input is not what its own stage wrote.
    """
    given = os.fdopen(os.dup(2), "w")
    if given.isatty():
        logging.getLogger(PROGRESS).addHandler(_Bars(given, snakemake.log[0]))
    _write_to(snakemake.log[0])
    sys.excepthook = partial(_explain, given)
    fix_threads(threads)
    if snakemake.resources.get("gpu", 0):
        gpus.take_card()
    else:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    for path in snakemake.input:
        seals.check(path)
    return logging.getLogger(snakemake.rule)


def finish(snakemake) -> None:
    """Write down the checksums of all outputs, which the stages that read them look at."""
    for path in snakemake.output:
        seals.seal(path)


def _write_to(log_path: str) -> None:
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


def _explain(given: TextIO, kind: type, error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback, or the sentence of an `InputError`; name a full disk, which no log can hold."""
    told = "".join(traceback.format_exception(error))
    if FULL.search(told):
        given.write(f"{DISK_FULL}\n")
        given.flush()
    sys.stderr.write(told)
    sys.stderr.flush()


class _Bars(logging.Handler):
    """Prints a bar, the message and the log's name on a terminal, at most every 20 s.

    Lines and no live display: several jobs and Snakemake itself write to the same terminal.
    """

    def __init__(self, terminal: TextIO, log_path: str):
        super().__init__()
        self.console = Console(file=terminal)
        self.log_path = log_path
        self.last_s = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record that has `share`, how much of the job is done."""
        if time.monotonic() - self.last_s < SECONDS_BETWEEN_LINES:
            return
        self.last_s = time.monotonic()
        line = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=1, completed=record.share, width=BAR_WIDTH)
        name = Text(self.log_path, style="dim")
        line.add_row(bar, f"{record.share:4.0%}", Text(record.getMessage()), name)
        with suppress(OSError):  # a terminal that was closed must not end the job
            self.console.print(line)
