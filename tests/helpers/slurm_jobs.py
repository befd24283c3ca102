"""The jobs of a run through Slurm: what Slurm says of them, and how two of them are disturbed."""

import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

GPU_VARIANT = "on-a-gpu"


class Job(NamedTuple):
    """One attempt of one Slurm job, as `scontrol -d show job` showed it last while it ran."""

    rule: str  # with its wildcards
    gpus: tuple[int, ...]  # indices of the cards that it held
    partition: str
    memory_mb: int
    limit_min: int
    seen_s: tuple[float, ...]  # when it was seen running


class Run(NamedTuple):
    """The finished run: its folder, what Snakemake printed, the jobs by (number, restarts)."""

    folder: Path
    printed: str
    jobs: dict[tuple[str, int], Job]
    requeued: str | None  # the Slurm job that lost its node
    terminated: str | None  # the Slurm job that got SIGTERM


def look(env: dict[str, str], seen: dict[tuple[str, int], Job]) -> None:
    """Add to `seen` what runs now."""
    shown = subprocess.run(
        ["scontrol", "-d", "-o", "show", "job"], env=env, capture_output=True, text=True, timeout=60
    ).stdout
    now_s = time.monotonic()
    for line in shown.splitlines():
        if " JobState=RUNNING " not in line:
            continue
        key = (field(line, "JobId"), int(field(line, "Restarts")))
        before = seen[key].seen_s if key in seen else ()
        seen[key] = Job(
            field(line, "Comment"),
            card_indices(line),
            field(line, "Partition"),
            int(re.search(r" Mem=(\d+) ", line).group(1)),
            minutes(field(line, "TimeLimit")),
            (*before, now_s),
        )


def field(line: str, name: str) -> str:
    """The value of `name` in a line of `scontrol -o`."""
    return re.search(rf"(?:^| ){name}=(\S*)", line).group(1)


def card_indices(line: str) -> tuple[int, ...]:
    """Which cards a job holds, from `GRES=gpu:pretend:2(IDX:0-1)` of its node."""
    indices = re.search(r" GRES=gpu:\S*\(IDX:([\d,-]+)\)", line)
    assert bool(indices) == ("JOB_GRES=gpu" in line), line
    if not indices:
        return ()
    ends = [part.split("-") for part in indices.group(1).split(",")]
    return tuple(i for end in ends for i in range(int(end[0]), int(end[-1]) + 1))


def minutes(limit: str) -> int:
    """Minutes of a time such as 1-12:00:00."""
    days, _, clock = limit.rpartition("-")
    hours, minutes, _ = clock.split(":")
    return (int(days or 0) * 24 + int(hours)) * 60 + int(minutes)


def disturb(env: dict, folder: Path, seen: dict[tuple[str, int], Job], disturbed: dict) -> None:
    """Once both seeds train on a GPU: requeue seed 0 as after a lost node, SIGTERM to seed 1."""
    training = {}
    for seed in (0, 1):
        log = folder / f"results/ci/logs/finetune/holdout/{GPU_VARIANT}/seed-{seed}.log"
        rule = f"rule_finetune_wildcards_holdout_{GPU_VARIANT}_{seed}"
        numbers = [number for (number, _), job in seen.items() if job.rule == rule]
        if disturbed or not numbers or not log.exists() or "step 20 of" not in log.read_text():
            return
        training[seed] = numbers[0]
    disturbed |= {"requeued": training[0], "terminated": training[1]}
    subprocess.run(["scontrol", "requeue", training[0]], env=env, check=True, timeout=60)
    command = ["scancel", "--signal=TERM", training[1]]
    subprocess.run(command, env=env, check=True, timeout=60)
