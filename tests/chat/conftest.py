"""A finished run with its model, a chat about it, and its page on a server and in a browser."""

import pytest

from biomechgpt.chat.asking import open_chat
from biomechgpt.chat.sessions import Limits
from biomechgpt.language_model.finetuning import finetune
from tests.helpers import small_model, small_run
from tests.helpers.page_driver import visit


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    finetune(small_model.write_sources(folder), small_model.RUN, folder / "model", "code")
    return small_run.write_run(folder / "results", folder / "model")


@pytest.fixture(scope="session")
def run_model(run_folder):
    return run_folder / "holdout/models/v/seed-0"


@pytest.fixture(scope="session")
def chat(run_model):
    return open_chat(run_model)


@pytest.fixture(scope="module")
def server(run_model):
    pytest.importorskip("gradio", reason="Gradio is not installed (make chat)")
    from biomechgpt.chat.opening import Opening
    from biomechgpt.chat.serve import start

    limits = Limits(users=2, questions_a_minute=1000, files_a_minute=1000)
    blocks = start(Opening(run_model, None), "127.0.0.1", None, limits)
    yield blocks
    blocks.close()
    blocks.uploads.cleanup()


@pytest.fixture
def page(open_page, server):
    return visit(open_page, server)
