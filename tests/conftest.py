"""Paths that many tests need, and a browser."""

from pathlib import Path

import pytest

from tests.helpers.browser import Browser, executable
from tests.helpers.paths import RECORDINGS, ROOT


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The folder of real recordings; tests that need it are skipped where it is absent."""
    if not RECORDINGS.is_dir():
        pytest.skip(f"real recordings are not at {RECORDINGS}")
    return RECORDINGS


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """An open browser; tests that need it are skipped where there is no Chromium."""
    path = executable()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with Browser(path, tmp_path_factory.mktemp("profile")) as opened:
        yield opened
