"""What every job script does first: all output goes to the log, some of it to a person who waits."""

import logging
import os
import sys
import time

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

PROGRESS = "progress"  # the logger of lines that say how far a job is, each with its `share`
SECONDS_BETWEEN_LINES = 20.0
BAR_WIDTH = 24


def start(log_path: str, name: str, gpus: int = 0) -> logging.Logger:
    """Send all output of this process and of its children (descriptors 1 and 2) to `log_path`.

    Where descriptor 2 was a terminal, it still gets a bar of progress now and then. A job that asked
    for no GPU sees none: another one holds it.
    """
    if not gpus:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    if os.isatty(2):
        logging.getLogger(PROGRESS).addHandler(_Bars(os.dup(2), log_path))
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
    return logging.getLogger(name)


class _Bars(logging.Handler):
    """Prints a bar, the message and the log's name on a terminal, at most every 20 s.

    Lines and no live display: several jobs and Snakemake itself write to the same terminal.
    """

    def __init__(self, terminal: int, log_path: str):
        super().__init__()
        self.console = Console(file=os.fdopen(terminal, "w"))
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
        self.console.print(line)
