"""Cards are pretended: what is tested is who gets which, with many processes at once."""

import os
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from biomechgpt import gpus

WORKER = """
import os, random, sys, time
sys.path.insert(0, {scripts!r})
from biomechgpt import gpus
gpus.SECONDS_BETWEEN_TRIES = 0.01
card = gpus.take_card()
began = time.monotonic()
time.sleep(random.Random({number}).uniform(0.05, 0.2))
if {number} % 5 == 0:
    print(card, began, time.monotonic(), flush=True)
    os.kill(os.getpid(), 9)
print(card, began, time.monotonic())
"""


def start(root, folder, number, cards, **variables):
    code = WORKER.format(scripts=str(root / "workflow_scripts"), number=number)
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": cards, "TMPDIR": str(folder)} | variables
    return subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )


def spans(processes):
    """(card, from, to) of every process, in seconds."""
    lines = [process.communicate(timeout=60)[0].split() for process in processes]
    return [(card, float(began), float(ended)) for card, began, ended in lines]


def test_no_card_has_two_jobs_at_once_and_all_are_used_though_some_are_killed(root, tmp_path):
    found = spans([start(root, tmp_path, number, "3,GPU-ab/c") for number in range(20)])
    assert {card for card, _, _ in found} == {"3", "GPU-ab/c"}
    for card in ("3", "GPU-ab/c"):
        of_card = sorted(span[1:] for span in found if span[0] == card)
        assert len(of_card) > 4
        assert all(a[1] <= b[0] for a, b in pairwise(of_card))


def test_no_card_is_idle_while_a_job_waits(root, tmp_path):
    holder = start(root, tmp_path, 1, "0")
    holder_line = holder.communicate(timeout=60)[0]
    assert holder_line.startswith("0 ")
    began = time.monotonic()
    assert spans([start(root, tmp_path, 2, "0")])[0][0] == "0"
    assert time.monotonic() - began < 10


def test_jobs_of_a_cluster_number_their_own_cards(root, tmp_path):
    processes = [start(root, tmp_path, n, "0", SLURM_JOB_ID=str(n)) for n in range(1, 4)]
    assert [card for card, _, _ in spans(processes)] == ["0"] * 3
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
