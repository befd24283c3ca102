"""The CI-sized run through `snakemake --profile slurm` on a real Slurm, disturbed while it trains."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

from tests.helpers import pretend_cluster
from tests.helpers.checkpoint_layouts import write_checkpoint
from tests.helpers.project_copies import copy_project
from tests.helpers.slurm_jobs import GPU_VARIANT, Job, Run, disturb, look

LIMIT_S = 1500

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
