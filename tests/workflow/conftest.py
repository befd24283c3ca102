"""The whole workflow, run once in a copy of the project; tests look at it or edit copies of it."""

import shutil

import pytest

from tests.helpers.project_copies import copy_project, snakemake


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
