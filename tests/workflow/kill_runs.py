"""Kill the whole workflow at random moments and start it again, until it is done.

The results must be those of a run that was left alone, bit by bit, and no finished job may run twice.
As a program, with stages long enough to be hit: make kill-runs
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import psutil
import yaml
from conftest_workflow import copy_project

from biomechgpt.files import file_sha256

ROOT = Path(__file__).resolve().parents[2]
TIMED = re.compile(
    r"logs/|benchmarks/|report\.html$|report_tables/|training\.jsonl$|history\.json$|tensorboard/|/\."
)
TIMED_TOO = re.compile(r"SHA256SUMS$|\.sha256$")  # of folders in which there are times
FIRST_S, LAST_S = 3, 20
LONGER = {
    "tokenizers": {"compact": {"steps": 2500}},
    "base_models": {"tiny": {"epochs": 8}},
    "finetune": {"epochs": 5},
}


class Story(NamedTuple):
    """What happened: how often each job ended, and which were at work when they were killed."""

    ended: Counter
    hit: Counter


def run_killed(folder: Path, configs: list[str], kills: int, seed: int) -> Story:
    """Run the workflow in `folder`, kill it `kills` times, let it end."""
    moments, story = random.Random(seed), Story(Counter(), Counter())
    for _ in range(kills):
        if not _run(folder, configs, story, moments.uniform(FIRST_S, LAST_S)):
            return story
    _run(folder, configs, story, None)
    return story


def _run(folder: Path, configs: list[str], story: Story, kill_after_s: float | None) -> bool:
    """One start of the workflow; whether it was killed."""
    unlock = [sys.executable, "workflow_scripts/unlock.py"]
    subprocess.run(unlock, cwd=folder, check=True, capture_output=True)
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", *configs]
    with open(folder / "printed.txt", "w+") as printed:
        options = {"cwd": folder, "stdout": printed, "stderr": printed}
        process = subprocess.Popen(command, start_new_session=True, **options)
        try:
            code = process.wait(kill_after_s)
        except subprocess.TimeoutExpired:
            code = _kill(process)
        printed.seek(0)
        text = printed.read()
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(text)
    begun = dict(re.findall(r"^Job (\d+): (.+)$", text, re.MULTILINE))
    ended = re.findall(r"^Finished jobid: (\d+) \(Rule", text, re.MULTILINE)
    story.ended.update(begun[job] for job in ended if job in begun)
    if code:
        story.hit.update(begun[job].split(",")[0] for job in begun if job not in ended)
    return bool(code)


def _kill(process: subprocess.Popen) -> int:
    """kill -9 of Snakemake and of all that it started."""
    family = [process.pid, *(p.pid for p in psutil.Process(process.pid).children(recursive=True))]
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    while any(psutil.pid_exists(pid) for pid in family[1:]):
        time.sleep(0.05)
    return process.wait()


def content(results: Path) -> dict[str, str]:
    """The hash of every result that holds no time of day or duration."""
    files = [path for path in results.rglob("*") if path.is_file()]
    names = {path.relative_to(results).as_posix(): path for path in files}
    return {
        name: file_sha256(path)
        for name, path in names.items()
        if not TIMED.search(f"{name}") and not TIMED_TOO.search(name)
    }


def main() -> None:
    """Print how often each stage was hit and whether the results are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, kills in (("left_alone", 0), ("killed", chosen.kills)):
            folder = copy_project(ROOT, Path(scratch, name))
            (folder / "longer.yaml").write_text(yaml.safe_dump(LONGER))
            configs = ["presets/ci.yaml", "longer.yaml"]
            began = time.monotonic()
            story = run_killed(folder, configs, kills, chosen.seed)
            results.append(content(folder / "results/ci"))
            print(f"{name}: {time.monotonic() - began:.0f} s, {len(results[-1])} files compared")
    print(f"{sum(story.ended.values())} jobs ended, at most {max(story.ended.values())} times each")
    print("hit while at work:", dict(story.hit.most_common()))
    different = [
        name for name in results[0] | results[1] if results[0].get(name) != results[1].get(name)
    ]
    print("different:", different or "nothing")
    sys.exit(bool(different) or max(story.ended.values()) > 1)


if __name__ == "__main__":
    main()
