"""What a visitor does on the chat page."""

from pathlib import Path

from tests.helpers.browser import DESKTOP


def visit(chromium, server, size=DESKTOP, scheme="light"):
    chromium.visit(server.local_url, *size, scheme)
    chromium.until("!!document.querySelector('#first canvas')")


def leave(chromium):
    chromium.call("Page.navigate", url="about:blank")


def text(chromium, selector: str) -> str:
    return chromium.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")


def ask(chromium, question: str) -> str:
    """Type a question and Enter; the text of its replies when they are whole."""
    asked = chromium.evaluate("document.querySelectorAll('.conversation article').length")
    line = "#question textarea, #question input"
    chromium.evaluate(f"document.querySelector('{line}').focus()")
    chromium.call("Input.insertText", text=question)
    chromium.until(f"document.querySelector('{line}').value == {question!r}")
    chromium.press("Enter", 13, "\r")
    chromium.until(f"document.querySelectorAll('.conversation article').length > {asked}")
    chromium.until("!document.querySelector('.conversation [aria-busy]')")
    return text(chromium, ".conversation article:last-child")


def pick(chromium, box: str, words: str):
    """Choose an entry of a dropdown with the keyboard."""
    chromium.evaluate(f"document.querySelector('{box} input').focus()")
    chromium.evaluate(f"document.querySelector('{box} input').select()")
    chromium.call("Input.insertText", text=words)
    chromium.until(
        f"[...document.querySelectorAll('[role=option]')].some(o => o.innerText.includes({words!r}))"
    )
    chromium.press("Enter", 13, "\r")


def bring(chromium, path):
    """Drop a file onto the page."""
    unfold(chromium, "#own")
    chromium.until("!!document.querySelector('#file input[type=file]')")
    root = chromium.call("DOM.getDocument")["root"]["nodeId"]
    node = chromium.call("DOM.querySelector", nodeId=root, selector="#file input[type=file]")
    chromium.call("DOM.setFileInputFiles", files=[str(path)], nodeId=node["nodeId"])


def unfold(chromium, accordion: str):
    closed = f"document.querySelector('{accordion} button').getAttribute('aria-expanded') != 'true'"
    if chromium.evaluate(closed):
        chromium.evaluate(f"document.querySelector('{accordion} button').click()")


def left_of_uploads(server) -> list:
    """Files with something in them; Gradio itself leaves empty ones behind."""
    files = Path(server.uploads.name).rglob("*")
    return [path for path in files if path.is_file() and path.stat().st_size]
