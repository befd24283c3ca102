"""Cards are pretended: what is tested is who gets which, with many processes at once."""

import os
import subprocess
import sys
from itertools import pairwise
from random import Random

import pytest

from biomechgpt import gpus

WORKER = """
import os, sys, time
from biomechgpt import gpus
gpus.SECONDS_BETWEEN_TRIES = 0.01
print("ready", flush=True)
sys.stdin.readline()
card = gpus.take_card()
began = time.monotonic()
time.sleep({seconds})
print(card, began, time.monotonic(), flush=True)
if {killed}:
    os.kill(os.getpid(), 9)
"""


def start(root, folder, cards, seconds=0.0, killed=False, **variables):
    """A job that takes a card when it is told to, keeps it for so long, and is killed then or ends."""
    code = WORKER.format(seconds=seconds, killed=killed)
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": cards, "TMPDIR": str(folder)} | variables
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def spans(jobs):
    """(card, from, to) of every job, in seconds. All are up before the first may take a card."""
    for job in jobs:
        assert job.stdout.readline() == "ready\n"
    for job in jobs:
        job.stdin.write("go\n")
        job.stdin.flush()
    lines = [job.communicate(timeout=300)[0].split() for job in jobs]
    return [(card, float(began), float(ended)) for card, began, ended in lines]


def test_no_card_has_two_jobs_at_once_and_all_are_used_though_some_are_killed(root, tmp_path):
    random, cards = Random(0), "3,GPU-ab/c"
    ranges = spans(
        [
            start(root, tmp_path, cards, random.uniform(0.05, 0.2), killed=number % 5 == 0)
            for number in range(20)
        ]
    )
    assert {card for card, _, _ in ranges} == {"3", "GPU-ab/c"}
    for card in ("3", "GPU-ab/c"):
        of_card = sorted(span[1:] for span in ranges if span[0] == card)
        assert all(a[1] <= b[0] for a, b in pairwise(of_card))


def test_jobs_of_a_cluster_number_their_own_cards(root, tmp_path):
    jobs = [start(root, tmp_path, "0", SLURM_JOB_ID=str(number)) for number in range(1, 4)]
    assert [card for card, _, _ in spans(jobs)] == ["0"] * 3
    assert len(list(tmp_path.glob("biomechgpt-gpus-*"))) == 3


@pytest.mark.parametrize(
    ("named", "cards"),
    [
        ("", []),
        ("1", ["1"]),
        (" 1, 0 ", ["1", "0"]),
        ("GPU-8f", ["GPU-8f"]),
        (None, ["0", "2", "10"]),
    ],
)
def test_the_cards_that_a_job_may_use(monkeypatch, tmp_path, named, cards):
    for name in ("nvidia0", "nvidia2", "nvidia10", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    monkeypatch.setattr(gpus, "DEVICES", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert gpus.visible_cards() == cards


def test_a_machine_without_cards_takes_none(monkeypatch, tmp_path):
    monkeypatch.setattr(gpus, "DEVICES", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpus.take_card() is None
    assert "CUDA_VISIBLE_DEVICES" not in os.environ
