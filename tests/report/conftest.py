"""One made-up run that the tests of the report share."""

import pytest

from biomechgpt.report.run_files import RunFiles
from tests.helpers import fake_movement, fake_predictions, fake_run
from tests.helpers.paths import read_yaml


@pytest.fixture(scope="session")
def config() -> dict:
    return read_yaml("config.yaml")


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFiles:
    return fake_run.write_run(tmp_path_factory.mktemp("run"), fake_predictions.make())


@pytest.fixture(scope="session")
def movement(tmp_path_factory: pytest.TempPathFactory):
    """`MovementFiles` of six trials in two folds."""
    return fake_movement.write_run(tmp_path_factory.mktemp("movement"))
