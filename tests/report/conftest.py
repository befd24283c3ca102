"""One made-up run that the tests of the report share."""

import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "evaluation"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tokenizer"))
import fake_movement
import fake_predictions
import fake_run
from browser import chromium  # noqa: F401

from biomechgpt.report.sources import Sources

CONFIG = Path(__file__).parents[2] / "config.yaml"


@pytest.fixture(scope="session")
def config() -> dict:
    return yaml.safe_load(CONFIG.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return fake_run.write_run(tmp_path_factory.mktemp("run"), fake_predictions.make())


@pytest.fixture(scope="session")
def movement(tmp_path_factory: pytest.TempPathFactory):
    """`movement_page.Sources` of six trials in two folds."""
    return fake_movement.write_run(tmp_path_factory.mktemp("movement"))
