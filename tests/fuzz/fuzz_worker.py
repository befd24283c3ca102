"""Runs cases in a child process that is limited in time and memory and watched in what it touches."""

import gc
import hashlib
import logging
import os
import resource
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.fuzz.fuzz_mutations import mutated, mutated_archive

LIBRARY = f"{os.sep}biomechgpt{os.sep}"
TRACED = 64  # every so many cases are run with the lines that they reach
MEMORY_BYTES = 1 << 30  # beyond what the process has at its start
GROWTH_BYTES = 300 << 20  # of resident memory, in one case of at most 60 kB
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
FORBIDDEN = ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect")
CHANGING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod")


class Hang(BaseException):
    """The alarm of a case; no `except Exception` of the library takes it for an error of the file."""


class Trespass(BaseException):
    """A case made the library write, run or connect to something outside its folder."""


class Ending(NamedTuple):
    """How a case ended: `finding` is empty where it ended as declared."""

    signature: str
    finding: str
    lines: frozenset  # of the library, where they were traced


class Corpus:
    """The files that cases are made from: valid ones, then cases that reached something new."""

    def __init__(self, seeds: list[bytes], words: list[bytes]):
        self.files, self.words = list(seeds), words

    def case(self, seed: int, target: str, number: int) -> bytes:
        """Case `number`: depends on nothing but these three and the corpus."""
        random = Random(f"{seed} {target} {number}")
        file = random.choice(self.files)
        if target == "npz" and random.random() < 0.8:
            return mutated_archive(random, file, self.words)
        return mutated(random, file, self.files, self.words)


def limit(folder: Path) -> None:
    """Limit this process for good: memory, writing, starting of programs."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    now_bytes = pages * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (now_bytes, now_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))
    signal.signal(signal.SIGPROF, _hang)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    gc.freeze()
    os.chdir(folder)
    sys.addaudithook(_guard(str(folder)))


def _hang(*_: object) -> None:
    raise Hang


def _inside(path: str, folder: str) -> bool:
    return os.path.abspath(path).startswith(folder)


def _guard(folder: str) -> Callable:
    """An audit hook that lets nothing out of `folder`."""

    def hook(event: str, arguments: tuple) -> None:
        if event == "open":
            path, _, flags = arguments
            outside = isinstance(path, str) and not _inside(path, folder)
            secret = str(path).endswith("secret.mot")
            if secret or (outside and isinstance(flags, int) and flags & WRITING):
                raise Trespass(f"open {path!r}")
        changes = event in CHANGING and isinstance(arguments[0], str)
        if event in FORBIDDEN or (changes and not _inside(arguments[0], folder)):
            raise Trespass(f"{event} {arguments!r}"[:200])

    return hook


def run_case(
    check: Callable[[Path], str], path: Path, declared: tuple, seconds: float, traced: bool = False
) -> Ending:
    """Run one case that lies at `path`, and say how it ended."""
    lines: set = set()
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_PROF, seconds)
    if traced:
        sys.settrace(_tracer(lines))
    try:
        signature, finding = f"read {check(path)}", ""
    except declared as error:
        signature, finding = _place(error), ""
        if _memory(error):
            finding = f"more memory than {MEMORY_BYTES >> 20} MB: {error}"[:300]
    except (Hang, MemoryError, Trespass, Exception) as error:
        signature = _place(error)
        finding = f"{signature}: {error}"[:300]
    finally:
        sys.settrace(None)
        signal.setitimer(signal.ITIMER_PROF, 0)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) * 1024
    if grown > GROWTH_BYTES and not finding:
        finding = f"{grown >> 20} MB of memory, ended with {signature}"
    return Ending(signature, finding, frozenset(lines))


def _memory(error: BaseException) -> bool:
    """Whether a declared error hides one of memory."""
    return isinstance(error.__cause__, MemoryError)


def _place(error: BaseException) -> str:
    """Kind of an error, the line of the library that raised it, and its slug where it has one."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if LIBRARY in f.filename]
    where = f"{frames[-1].filename.split(LIBRARY)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {getattr(error, 'problem', '')} {where}"


def _tracer(lines: set) -> Callable:
    def trace(frame, event: str, _: object):
        name = frame.f_code.co_filename
        if LIBRARY not in name:
            return None

        def local(inner, happened: str, _: object):
            if happened == "line":
                lines.add((name, inner.f_lineno))
            return local

        return local

    return trace


def digest(content: bytes) -> str:
    """A short name for a case."""
    return hashlib.sha256(content).hexdigest()[:12]
