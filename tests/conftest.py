"""Paths that many tests need, and a browser."""

from functools import partial
from pathlib import Path

import pytest

from tests.helpers.paths import RECORDINGS, ROOT

TRAINING = {"sources", "run_folder", "movement", "finished"}  # fixtures that wait for a training


def pytest_collection_modifyitems(items):
    """Leave tests of trained models out where slow ones are left out."""
    for item in items:
        if TRAINING.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)


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
def chromium():
    """A browser; tests that need it are skipped where there is no Chromium."""
    from tests.helpers import browser  # Playwright, which few tests wait for

    if browser.executable() is None:
        pytest.skip("no Chromium on this machine")
    with browser.launched() as opened:
        yield opened


@pytest.fixture
def open_page(chromium):
    """`browser.open_page` in that browser; the pages are closed after the test."""
    from tests.helpers import browser

    yield partial(browser.open_page, chromium)
    for context in chromium.contexts:
        context.close()
