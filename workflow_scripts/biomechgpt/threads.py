"""How many threads a job computes with, which its results depend on."""

import os

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def fix_threads(threads: int) -> None:
    """Let sums be split among `threads` and not among the cores that are free: they round accordingly."""
    os.environ |= dict.fromkeys(THREAD_VARIABLES, str(threads))
    os.environ |= {"OMP_DYNAMIC": "FALSE", "MKL_DYNAMIC": "FALSE"}
    # Threads that wait awake take from each other the core that they have to share.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.pop("OMP_THREAD_LIMIT", None)
