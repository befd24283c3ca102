"""The whole workflow, run once in a copy of the project; tests look at it or edit copies of it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT_PARTS = ("Snakefile", "config.yaml", "presets", "profiles", "resources", "rules", "schemas")
PROJECT_PARTS += ("envs", "workflow_scripts")


def copy_project(root: Path, folder: Path) -> Path:
    """What a clone of the repository holds of the workflow, without results."""
    folder.mkdir(parents=True)
    for part in PROJECT_PARTS:
        source = root / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / part, ignore=ignored)
        else:
            shutil.copy2(source, folder / part)
    return folder


def run(folder: Path, *arguments: str, config: str = "presets/ci.yaml") -> tuple[int, str]:
    """Run Snakemake in `folder`; its exit status and all that it printed."""
    command = [sys.executable, "-m", "snakemake", "--cores", "all", *arguments]
    command += ["--configfile", *config.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def snakemake(folder: Path, *arguments: str, config: str = "presets/ci.yaml") -> str:
    """Run Snakemake in `folder`; all that it printed. Fails the test when Snakemake fails."""
    code, printed = run(folder, *arguments, config=config)
    assert code == 0, printed
    return printed


@pytest.fixture(scope="session")
def finished(root, tmp_path_factory):
    """A project folder in which the CI-sized run on the simulated cohort has finished."""
    folder = copy_project(root, tmp_path_factory.mktemp("workflow") / "project")
    (folder / "printed.txt").write_text(snakemake(folder))
    return folder


@pytest.fixture
def edited(finished, tmp_path):
    """A copy of the finished project, times of change included, to edit."""
    folder = tmp_path / "project"
    shutil.copytree(finished, folder, symlinks=True)
    return folder
