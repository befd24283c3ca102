"""How many threads a job computes with: its results depend on that."""

import os

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def fix_threads(threads: int) -> None:
    """Split sums among `threads`, however many cores are free: how a sum is split decides how it rounds."""
    os.environ |= dict.fromkeys(THREAD_VARIABLES, str(threads))
    os.environ |= {"OMP_DYNAMIC": "FALSE", "MKL_DYNAMIC": "FALSE"}
    # Threads that spin while they wait would take a shared core from one another.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.pop("OMP_THREAD_LIMIT", None)
