"""Kill the whole workflow at random moments and start it again, until it is done.

The results must be those of a run that was left alone, bit by bit, and no finished job may run twice.
As a program, with stages long enough to be hit: make kill-runs
"""

import argparse
import contextlib
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

from biomechgpt.files import file_sha256
from tests.helpers.paths import ROOT
from tests.helpers.project_copies import copy_project

# Files with times, and the seals of such files and folders.
TIMED = re.compile(
    r"logs/|benchmarks/|report\.html$|report_tables/|run\.json$|training\.jsonl$|history\.json$|tensorboard/"
    r"|(^|/)\.|SHA256SUMS$"
)
# Messages of the long stages; each has its share of the kills.
STAGES = ("Training the motion tokenizer", "Building and pretraining", "Fine-tuning", "Asking")
LAST = ("Measuring all answers", "Writing")
LATEST_S = 10  # of a kill, from when a job of its stage or of a later one has begun
LONGER = {
    "tokenizers": {"compact": {"steps": 2500}},
    "base_models": {"tiny": {"epochs": 8}},
    "finetune": {"epochs": 5},
}


class Story(NamedTuple):
    """What happened: how often each job ended, and of each kill which stages were at work."""

    ended: Counter
    hit: list[list[str]]


def run_killed(folder: Path, configs: list[str], kills: int, seed: int) -> Story:
    """Run the workflow in `folder`, kill it `kills` times, let it end."""
    moments, story = random.Random(seed), Story(Counter(), [])
    for kill in range(kills):
        stages = (*STAGES[kill * len(STAGES) // kills :], *LAST)
        if not _run(folder, configs, story, stages, moments.uniform(0, LATEST_S)):
            return story
    _run(folder, configs, story, (), 0)
    return story


def _run(
    folder: Path, configs: list[str], story: Story, stages: tuple[str, ...], kill_after_s: float
) -> bool:
    """One start of the workflow, killed so long after one of `stages` has begun; whether it was."""
    unlock = [sys.executable, "workflow_scripts/unlock.py"]
    subprocess.run(unlock, cwd=folder, check=True, capture_output=True)
    command = [sys.executable, "-m", "snakemake", "--cores", "all", "--configfile", *configs]
    log = folder / "printed.txt"
    with open(log, "w") as printed:
        options = {"cwd": folder, "stdout": printed, "stderr": printed}
        process = subprocess.Popen(command, start_new_session=True, **options)
        if _is_at_work(process, log, stages, kill_after_s):
            _kill(process)
        code = process.wait()
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(log.read_text())
    begun, ended = _jobs(log)
    story.ended.update(begun[job] for job in ended if job in begun)
    if code:
        story.hit.append([begun[job].split(",")[0] for job in begun if job not in ended])
    return bool(code)


def _jobs(log: Path) -> tuple[dict[str, str], list[str]]:
    """The messages of the jobs that have begun, by their numbers, and the numbers of those that ended."""
    text = log.read_text()
    begun = dict(re.findall(r"^Job (\d+): (.+)$", text, re.MULTILINE))
    return begun, re.findall(r"^Finished jobid: (\d+) \(Rule", text, re.MULTILINE)


def _is_at_work(
    process: subprocess.Popen, log: Path, stages: tuple[str, ...], after_s: float
) -> bool:
    """Wait until a job is at work so long after one of `stages` began; False if the run ended before."""
    since_s = None
    while process.poll() is None:
        begun, ended = _jobs(log)
        if since_s is None and any(message.startswith(stages) for message in begun.values()):
            since_s = time.monotonic()
        waited = since_s is not None and time.monotonic() - since_s >= after_s
        if waited and set(begun) - set(ended):
            return True
        time.sleep(0.1)
    return False


def _kill(process: subprocess.Popen) -> None:
    """kill -9 of Snakemake and of all that it started."""
    process.send_signal(signal.SIGSTOP)  # so that it starts nothing behind our back
    snakemake = psutil.Process(process.pid)
    family = [snakemake, *snakemake.children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
    while any(_is_alive(member) for member in family):
        time.sleep(0.05)


def _is_alive(process: psutil.Process) -> bool:
    """Not where it waits for a parent to ask for its exit code, which PID 1 of a container never does."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def content(results: Path) -> dict[str, str]:
    """The hash of every result that holds no time of day or duration."""
    files = [path for path in results.rglob("*") if path.is_file()]
    names = {path.relative_to(results).as_posix(): path for path in files}
    return {name: file_sha256(path) for name, path in names.items() if not TIMED.search(name)}


def main() -> None:
    """Print how often each stage was hit and whether the results are equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, kills in (("left_alone", 0), ("killed", arguments.kills)):
            folder = copy_project(ROOT, Path(scratch, name))
            (folder / "longer.yaml").write_text(yaml.safe_dump(LONGER))
            configs = ["presets/ci.yaml", "longer.yaml"]
            began = time.monotonic()
            story = run_killed(folder, configs, kills, arguments.seed)
            results.append(content(folder / "results/ci"))
            print(f"{name}: {time.monotonic() - began:.0f} s, {len(results[-1])} files compared")
    print(f"{sum(story.ended.values())} jobs ended, at most {max(story.ended.values())} times each")
    hit = Counter(stage for stages in story.hit for stage in stages)
    print(f"{len(story.hit)} kills; at work then: {dict(hit.most_common())}")
    different = [
        name for name in results[0] | results[1] if results[0].get(name) != results[1].get(name)
    ]
    print("different:", different or "nothing")
    sys.exit(bool(different) or max(story.ended.values()) > 1 or len(story.hit) < arguments.kills)


if __name__ == "__main__":
    main()
