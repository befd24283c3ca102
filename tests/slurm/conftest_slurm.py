"""The CI-sized run through `snakemake --profile slurm` on a real Slurm, disturbed while it trains."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pretend_cluster
import pytest
import yaml
from conftest_workflow import copy_project
from gemma_checkpoints import write_checkpoint

LIMIT_S = 1500
GPU_VARIANT = "on-a-gpu"

# A small random checkpoint asks for a GPU as Gemma does, and without CUDA runs on the CPU it has.
OVERLAY = {
    "base_models": {
        "small-gemma": {
            "kind": "checkpoint", "source": "small_gemma", "revision": None,
            "motion_tokens": "resize", "new_rows": "mean",
        }
    },
    "variants": {
        GPU_VARIANT: {
            "tokenizer": "compact", "base_model": "small-gemma", "tasks": ["activity", "impaired"],
            "lora": {"rank": 4, "alpha": 4, "dropout": 0.0},
            "finetune": {"epochs": 2, "batch_size": 4, "micro_batch_size": 4},
        }
    },
}  # fmt: skip

# What a user would write into the first block of slurm/config.yaml here.
SITE = {"partition": "cpu", "gpu_partition": "gpu", "gpu_model": "pretend"}


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


@pytest.fixture(scope="session")
def cluster():
    """The environment of a Slurm that runs until the tests are over."""
    if not shutil.which("slurmctld", path="/usr/sbin:/usr/bin"):
        pytest.skip("Slurm is not installed; make test-slurm installs it")
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    try:
        env = pretend_cluster.start(folder)
        yield env | {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1"}
    finally:
        pretend_cluster.stop(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def project(root, tmp_path_factory):
    """A clone, set up for the pretend site."""
    folder = copy_project(root, tmp_path_factory.mktemp("slurm") / "project")
    shutil.copytree(root / "slurm", folder / "slurm")
    write_checkpoint(folder / "small_gemma", "1b")
    (folder / "overlay.yaml").write_text(yaml.safe_dump(OVERLAY))
    profile = folder / "slurm/config.yaml"
    text = profile.read_text()
    for key, value in SITE.items():
        text, n_found = re.subn(rf"(?m)^  {key}: null$", f"  {key}: {value}", text)
        assert n_found == 1, f"slurm/config.yaml has no {key} to set"
    profile.write_text(text)
    return folder


@pytest.fixture(scope="session")
def run(cluster, project):
    """The whole run. While both GPUs train, one job loses its node and another gets SIGTERM."""
    command = [sys.executable, "-m", "snakemake", "--profile", "slurm"]
    command += [
        "--jobs",
        "8",
        "--slurm-init-seconds-before-status-checks",
        "3",
    ]
    command += ["--configfile", "presets/ci.yaml", "overlay.yaml"]
    seen: dict[tuple[str, int], Job] = {}
    disturbed: dict[str, str] = {}
    began_s = time.monotonic()
    with open(project / "printed.txt", "w") as printed:
        snakemake = subprocess.Popen(
            command, cwd=project, env=cluster, stdout=printed, stderr=subprocess.STDOUT
        )
        try:
            while snakemake.poll() is None:
                assert time.monotonic() - began_s < LIMIT_S, (project / "printed.txt").read_text()
                look(cluster, seen)
                disturb(cluster, project, seen, disturbed)
                time.sleep(1)
        finally:
            snakemake.kill()
    text = (project / "printed.txt").read_text()
    assert snakemake.returncode == 0, text
    return Run(project, text, seen, disturbed.get("requeued"), disturbed.get("terminated"))


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
    found = re.search(r" GRES=gpu:\S*\(IDX:([\d,-]+)\)", line)
    assert bool(found) == ("JOB_GRES=gpu" in line), line
    if not found:
        return ()
    ends = [part.split("-") for part in found.group(1).split(",")]
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
        if disturbed or not numbers or not log.exists() or "step 20/" not in log.read_text():
            return
        training[seed] = numbers[0]
    disturbed |= {"requeued": training[0], "terminated": training[1]}
    subprocess.run(["scontrol", "requeue", training[0]], env=env, check=True, timeout=60)
    command = ["scancel", "--signal=TERM", training[1]]
    subprocess.run(command, env=env, check=True, timeout=60)
