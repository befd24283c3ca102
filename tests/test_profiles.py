"""The two profiles as Snakemake reads them: the GPU cap, and what the site's block does."""

import glob
import os
import re
import shutil

import pytest
import yte

from tests.helpers.project_copies import copy_project, snakemake

COMMANDS = ("sbatch", "squeue", "scontrol", "sacct")


def default_profile(root):
    return yte.process_yaml((root / "profiles/default/config.yaml").read_text())


@pytest.mark.parametrize(
    ("cards", "visible", "cap"), [(0, None, 1), (4, None, 4), (4, "1,3", 2), (4, "", 4), (0, "", 1)]
)
def test_gpu_cap_is_the_cards_of_a_workstation_and_never_0(root, monkeypatch, cards, visible, cap):
    monkeypatch.setattr(glob, "glob", lambda pattern: [f"/dev/nvidia{i}" for i in range(cards)])
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert default_profile(root)["resources"] == {"gpu": cap}


def test_default_profile_leaves_to_slurm_what_is_slurms(root):
    kept = {"executor", "jobs", "cores", "default-resources", "set-resources", "retries"}
    assert not kept & set(default_profile(root))


@pytest.fixture
def slurm_commands(tmp_path, monkeypatch):
    """Commands of Slurm that answer nothing, as on a cluster without accounting."""
    for name in (*COMMANDS, "sacctmgr", "sshare"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def slurm_profile(root, **site):
    text = (root / "slurm/config.yaml").read_text()
    for key, value in site.items():
        text = re.sub(rf"(?m)^  {key}: null$", f"  {key}: {value}", text)
    return yte.process_yaml(text)


def test_site_decides_what_is_left_null(root, slurm_commands):
    profile = slurm_profile(root)
    assert set(profile["default-resources"]) == {"mem_mb", "runtime"}
    assert set(profile["set-resources"]["finetune"]) == {"runtime", "slurm_extra"}


def test_account_partition_and_gpu_reach_the_jobs(root, slurm_commands):
    site = {"account": "lab", "partition": "cpu", "gpu_partition": "gpu", "gpu_model": "a100"}
    profile = slurm_profile(root, **site)
    defaults = profile["default-resources"]
    assert {**defaults, "slurm_account": "'lab'", "slurm_partition": "'cpu'"} == defaults
    resources = profile["set-resources"]["finetune"]
    of_gpu = {key: eval(resources[key], {"threads": 8}) for key in ("slurm_partition", "gpu_model")}
    of_one_thread = {key: eval(resources[key], {"threads": 1}) for key in of_gpu}
    assert of_gpu == {"slurm_partition": "gpu", "gpu_model": "a100"}
    assert of_one_thread == {"slurm_partition": "cpu", "gpu_model": ""}


def test_time_of_gpu_jobs_grows_up_to_the_partitions_limit(root, slurm_commands):
    runtime = slurm_profile(root)["set-resources"]["finetune"]["runtime"]
    assert [eval(runtime, {"attempt": attempt}) for attempt in (1, 2, 3)] == [720, 1440, 1440]


def resources_of_jobs(folder, attempt):
    """Memory (MB) and minutes that each job of a run asks Slurm for, sorted."""
    attempt = ["--attempt", str(attempt)]
    printed = snakemake(folder, "--profile", "slurm", "--dry-run", *attempt)
    pairs = re.findall(r"resources: .*\bmem_mb=(\d+),.*\bruntime=(\d+)", printed)
    return sorted((int(memory_mb), int(minutes)) for memory_mb, minutes in pairs)


def test_each_attempt_of_every_job_gets_more_memory_and_time(root, slurm_commands, tmp_path):
    folder = copy_project(root, tmp_path / "project")
    shutil.copytree(root / "slurm", folder / "slurm")
    with open(
        folder / "Snakefile", "a"
    ) as file:  # resources are printed of rules without a message
        file.write("for stage in workflow.rules:\n    stage.message = None\n")
    first, second = (resources_of_jobs(folder, attempt) for attempt in (1, 2))
    assert len(first) >= 30
    assert second == [(2 * memory_mb, 2 * minutes) for memory_mb, minutes in first]
    assert {(2000, 60), (8000, 720)} < set(first)


def test_every_rule_on_a_gpu_is_in_the_profile(root, slurm_commands):
    text = "".join(path.read_text() for path in (root / "rules").glob("*.smk"))
    rules = re.findall(
        r"^(?:rule|checkpoint) (\w+):(.*?)(?=^\w|\Z)", text, re.MULTILINE | re.DOTALL
    )
    on_gpu = {name for name, body in rules if re.search(r"\bgpu=", body)}
    assert on_gpu == set(slurm_profile(root)["set-resources"])


def test_unknown_account_is_refused_at_once(root, slurm_commands):
    (slurm_commands / "sacctmgr").write_text("#!/bin/sh\necho mylab\n")
    with pytest.raises(SystemExit, match="does not confirm the account 'typo'"):
        slurm_profile(root, account="typo")


def test_machine_without_slurm_is_refused_at_once(root, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match="sbatch, squeue, scontrol, sacct cannot be found"):
        slurm_profile(root)
