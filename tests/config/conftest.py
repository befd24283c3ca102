import pytest
import yaml

from tests.helpers.paths import ROOT


@pytest.fixture
def config() -> dict:
    """What the shipped config.yaml holds."""
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
