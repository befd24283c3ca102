"""What the handlers of the page answer where something is wrong with the model."""

from types import SimpleNamespace

import pytest

from biomechgpt.chat.sessions import Limits
from biomechgpt.errors import InputError


class NoBase:
    """A model whose run can be looked at, but whose base model is nowhere."""

    def __init__(self, chat):
        self.run, self.description, self.trial = chat.run, chat.description, chat.trial

    def chat(self):
        raise InputError("google/gemma is not in the hub's cache")


@pytest.fixture
def page(chat):
    module = pytest.importorskip("biomechgpt.chat.page", reason="Gradio is not installed")
    return module.Page(NoBase(chat), Limits())


def test_why_a_model_cannot_be_opened_is_said_on_the_page(page):
    request = SimpleNamespace(session_hash="somebody")
    assert "t6" in page.show_first("t6", request)[0]
    *_, (said, _) = page.ask("How fast in m/s?", request)
    assert "google/gemma is not in the hub&#39;s cache" in said
    assert "aria-busy" not in said
