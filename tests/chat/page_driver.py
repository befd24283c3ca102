"""A browser on the page of the small run, and what a visitor does there."""

import time
from pathlib import Path

import browser
import pytest

from biomechgpt.chat.sessions import Limits

DESKTOP, PHONE = (1280, 900), (390, 844)
FAULTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
CHROMIUM = browser.executable()
PATIENCE_S = 60


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


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with browser.Browser(CHROMIUM, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(chromium, server):
    visit(chromium, server)
    yield chromium
    leave(chromium)


def visit(chromium, server, size=DESKTOP, scheme="light"):
    chromium.visit(server.local_url, *size, scheme)
    until(chromium, "!!document.querySelector('#first canvas')")


def leave(chromium):
    chromium.call("Page.navigate", url="about:blank")


def until(chromium, condition: str):
    """Wait until a JavaScript expression is true; its value."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := chromium.evaluate(condition):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{condition} did not come true:\n{text(chromium, 'body')}")


def text(chromium, selector: str) -> str:
    return chromium.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")


def press(chromium, key: str, characters: str = "", code: int = 0):
    for kind in ("keyDown", "keyUp"):
        event = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": characters}
        chromium.call("Input.dispatchKeyEvent", type=kind, **event)


def ask(chromium, question: str) -> str:
    """Type a question and Enter; the text of its replies when they are whole."""
    asked = chromium.evaluate("document.querySelectorAll('.conversation article').length")
    line = "#question textarea, #question input"
    chromium.evaluate(f"document.querySelector('{line}').focus()")
    chromium.call("Input.insertText", text=question)
    until(chromium, f"document.querySelector('{line}').value == {question!r}")
    press(chromium, "Enter", "\r", 13)
    until(chromium, f"document.querySelectorAll('.conversation article').length > {asked}")
    until(chromium, "!document.querySelector('.conversation [aria-busy]')")
    return text(chromium, ".conversation article:last-child")


def pick(chromium, box: str, words: str):
    """Choose an entry of a dropdown with the keyboard."""
    chromium.evaluate(f"document.querySelector('{box} input').focus()")
    chromium.evaluate(f"document.querySelector('{box} input').select()")
    chromium.call("Input.insertText", text=words)
    until(
        chromium,
        f"[...document.querySelectorAll('[role=option]')].some(o => o.innerText.includes({words!r}))",
    )
    press(chromium, "Enter", "\r", 13)


def bring(chromium, path):
    """Drop a file onto the page."""
    unfold(chromium, "#own")
    until(chromium, "!!document.querySelector('#file input[type=file]')")
    root = chromium.call("DOM.getDocument")["root"]["nodeId"]
    node = chromium.call("DOM.querySelector", nodeId=root, selector="#file input[type=file]")
    chromium.call("DOM.setFileInputFiles", files=[str(path)], nodeId=node["nodeId"])


def unfold(chromium, accordion: str):
    closed = f"document.querySelector('{accordion} button').getAttribute('aria-expanded') != 'true'"
    if chromium.evaluate(closed):
        chromium.evaluate(f"document.querySelector('{accordion} button').click()")


def faults(chromium) -> list:
    return [event for event in chromium.events if event.get("method") in FAULTS]


def hosts(chromium) -> set[str]:
    """Where the page asked for anything."""
    urls = [e["params"]["request"]["url"] for e in chromium.events
            if e.get("method") == "Network.requestWillBeSent"]  # fmt: skip
    return {url.split("/")[2] for url in urls if url.startswith(("http", "ws"))}


def left_of_uploads(server) -> list:
    """Files with something in them; Gradio itself leaves empty ones behind."""
    files = Path(server.uploads.name).rglob("*")
    return [path for path in files if path.is_file() and path.stat().st_size]
