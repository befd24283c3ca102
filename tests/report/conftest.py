"""One made-up run that the tests of the report share."""

import pytest

from biomechgpt.report.run_files import RunFiles
from biomechgpt.settings.run_settings import RunSettings
from tests.helpers import fake_movement, fake_predictions, fake_run
from tests.helpers.paths import read_yaml


@pytest.fixture(scope="session")
def config() -> dict:
    """What a report of `tiny-all` is made with, without the sections for what is made on demand."""
    on_demand = ("annotate", "reconstruct", "study")
    config = {key: value for key, value in read_yaml("config.yaml").items() if key not in on_demand}
    return config | {"variants": {"tiny-all": config["variants"]["tiny-all"]}}


@pytest.fixture(scope="session")
def settings(config) -> RunSettings:
    return RunSettings.model_validate(config)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFiles:
    return fake_run.write_run(tmp_path_factory.mktemp("run"), fake_predictions.make())


@pytest.fixture(scope="session")
def movement(tmp_path_factory: pytest.TempPathFactory):
    """`MovementFiles` of six trials in two folds."""
    return fake_movement.write_run(tmp_path_factory.mktemp("movement"))
