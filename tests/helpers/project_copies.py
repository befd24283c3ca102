"""Copies of the project in which Snakemake runs."""

import multiprocessing
import os
import shutil
import sys
import tempfile
from pathlib import Path

PROJECT_PARTS = ("Snakefile", "config.yaml", "presets", "profiles", "resources", "rules")
PROJECT_PARTS += ("envs", "workflow_scripts")
# Each run is forked from a process that has imported Snakemake, its plugins and pytest, the main module that
# multiprocessing asks for, and nothing of this project.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["snakemake.cli", "snakemake_executor_plugin_slurm", "pytest"])


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
    command = ["snakemake", "--cores", "all", *arguments, "--configfile", *config.split()]
    with tempfile.NamedTemporaryFile("r") as printed:
        values = (folder, command, dict(os.environ), printed.name)
        process = FORKS.Process(target=_snakemake, args=values)
        process.start()
        process.join()
        return process.exitcode, printed.read()


def _snakemake(folder: Path, command: list[str], environment: dict[str, str], printed: str) -> None:
    """What the command would do, in a process of its own that has imported Snakemake already."""
    from snakemake.cli import main  # not at the top, since only that process needs it

    output = os.open(printed, os.O_WRONLY | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    main()


def snakemake(folder: Path, *arguments: str, config: str = "presets/ci.yaml") -> str:
    """Run Snakemake in `folder`; all that it printed. Fails the test when Snakemake fails."""
    code, printed = run(folder, *arguments, config=config)
    assert code == 0, printed
    return printed
