"""A short seeded fuzz in every run of the tests, and proof that the fuzz finds what it looks for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT

pytestmark = pytest.mark.slow
PLANTED = """
import os, sys, time
from pathlib import Path
from tests.fuzz import fuzz
from biomechgpt.recordings.readers import MotionError

def hang(path):
    try:
        while True:
            pass
    except Exception:
        raise MotionError("unreadable", "hidden") from None

def deaf(path):
    time.sleep(300)

def swell(path):
    return len(b"x" * (400 << 20))

def burst(path):
    try:
        bytearray(8 << 30)
    except MemoryError as error:
        raise MotionError("unreadable", "hidden") from error

def die(path):
    os.kill(os.getpid(), 9)

def write(path):
    Path(sys.argv[1], "written").write_text("x")

def run(path):
    os.system("true")

def read(path):
    return (path.parents[1] / "secret.mot").read_text()

def raises(path):
    raise KeyError("x")

def refuses(path):
    raise MotionError("unreadable", "as it may")

planted = (hang, deaf, swell, burst, die, write, run, read, raises, refuses)
targets = {check.__name__: (".mot", 1, check) for check in planted}
found = fuzz.fuzz(len(planted), 0, 0.25, targets, Path(sys.argv[1]))
for finding in found.findings:
    print("FOUND", finding.target, finding.what)
"""


def python(*arguments: str, folder: Path = ROOT) -> str:
    """What a fresh interpreter prints: the limits of a fuzz hold for good in the process they are set in."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


def fuzz(folder: Path, *arguments: str) -> str:
    return python("-m", "tests.fuzz.fuzz", "--keep", str(folder), *arguments)


def test_a_short_fuzz_finds_nothing_and_the_same_seed_makes_the_same_cases(tmp_path):
    first, again = (fuzz(tmp_path, "--cases", "500", "--seed", "1") for _ in range(2))
    assert "0 findings of 0 kinds" in first, first
    marks = [re.search(r"fingerprint (\w+)", text)[1] for text in (first, again)]
    assert marks[0] == marks[1]
    accepted = {name: int(n) for name, n in re.findall(r"(\w+): \d+ cases, (\d+) accepted", first)}
    assert min(accepted[name] for name in ("headers", "tsv", "sto", "cells", "tables")) > 0


def test_what_the_fuzz_looks_for_it_finds(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    text = python("-c", PLANTED, str(folder))
    findings = dict(re.findall(r"^FOUND (\w+) (.*)$", text, flags=re.MULTILINE))
    assert "Hang" in findings["hang"]
    assert "hung" in findings["deaf"]
    assert "MB of memory" in findings["swell"]
    assert "more memory" in findings["burst"]
    assert "exit code -9" in findings["die"]
    assert "Trespass" in findings["write"]
    assert "Trespass" in findings["run"]
    assert "Trespass" in findings["read"]
    assert "KeyError" in findings["raises"]
    assert "refuses" not in findings
    assert not list(tmp_path.rglob("written"))


def test_a_kept_case_is_replayed(tmp_path):
    case = tmp_path / "tables.0"
    case.write_text(
        "participant_id\tx\nP\t1\n\x1e\ntrial_id\tparticipant_id\tfile\nt\tP\t../x.mot\n"
    )
    text = python("-m", "tests.fuzz.fuzz", "--replay", str(case))
    assert "InputError" in text
    assert "ends as declared" in text
