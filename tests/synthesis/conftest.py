"""A model that makes movements, as small as in the tests of the language model."""

import pytest

from biomechgpt.synthesis.synthesize import open_maker
from tests.helpers import small_model
from tests.helpers.small_generation import write_maker


@pytest.fixture(scope="session")
def maker_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("maker")
    sources = small_model.write_sources(folder)
    return write_maker(folder, sources, small_model.RUN)


@pytest.fixture(scope="session")
def maker(maker_folder):
    return open_maker(maker_folder)
