"""A small run, a study of it, and movements made of its walks."""

import pytest

from biomechgpt.study.study_folder import read_study_record
from tests.helpers import fake_study


@pytest.fixture(scope="session")
def run_folder_of_study(tmp_path_factory):
    """A folder with `results/` of a small finished run, and cohort folders `alike/` and `other/`."""
    folder = tmp_path_factory.mktemp("study")
    fake_study.write_run(folder / "results")
    fake_study.write_folder(folder / "alike", [f"trial-{n}" for n in range(8)])
    fake_study.write_folder(folder / "other", [f"made-{n}" for n in range(8)])
    return folder


@pytest.fixture(scope="session")
def pilot(run_folder_of_study):
    """The folder of a study with explanations and pairs; not to be changed."""
    pairs = {"items": 6, "original": None, "synthetic": [str(run_folder_of_study / "alike")]}
    return fake_study.export(run_folder_of_study, fake_study.STUDY | {"pairs": pairs})


@pytest.fixture(scope="session")
def study(pilot):
    """Its record with the key."""
    return read_study_record(pilot)
