"""Copies of the project in which Snakemake runs."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT_PARTS = ("Snakefile", "config.yaml", "presets", "profiles", "resources", "rules")
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
