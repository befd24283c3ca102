"""What every job script does first: all output goes to the log, some of it to a person who waits."""

import logging
import os
import sys
import time

PROGRESS = "progress"  # the logger of lines that say how far a job is
SECONDS_BETWEEN_LINES = 20.0


def start(log_path: str, name: str) -> logging.Logger:
    """Send all output of this process and of its children (descriptors 1 and 2) to `log_path`.

    Where descriptor 2 was a terminal, it still gets a line of progress now and then.
    """
    if os.isatty(2):
        _show_progress(os.dup(2), log_path)
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


def _show_progress(terminal: int, log_path: str) -> None:
    handler = logging.StreamHandler(os.fdopen(terminal, "w"))
    handler.setFormatter(logging.Formatter(f"{log_path}: %(message)s"))
    last_s = time.monotonic()

    def due(record: logging.LogRecord) -> bool:
        nonlocal last_s
        waited = time.monotonic() - last_s >= SECONDS_BETWEEN_LINES
        last_s = time.monotonic() if waited else last_s
        return waited

    handler.addFilter(due)
    logging.getLogger(PROGRESS).addHandler(handler)
