"""A tiny run that the tests of quoted figures share."""

from pathlib import Path

import pytest

from biomechgpt.report.quoted.record import Record, figures_of_run
from tests.helpers import small_run_of_figures


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """The folder of a finished run."""
    small_run_of_figures.write_run(tmp_path / "results")
    return tmp_path / "results"


@pytest.fixture
def record(results: Path) -> Record:
    """What is quoted of that run."""
    return figures_of_run(results)
