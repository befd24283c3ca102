"""What a visitor does on the chat page."""

from pathlib import Path

from playwright.sync_api import Page

LINE = "#question textarea, #question input"
TURNS = ".conversation article"


def visit(open_page, server, **how) -> Page:
    """Open the page of `server` and wait until its figure is there."""
    page = open_page(server.local_url, **how)
    page.wait_for_selector("#first canvas", state="attached")
    return page


def text(page: Page, selector: str) -> str:
    """What is written in the first such element, nothing where there is none."""
    return page.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")


def wait_for_text(page: Page, selector: str, words: str) -> None:
    """Wait until `words` stand in the first such element."""
    page.wait_for_function(f"document.querySelector({selector!r})?.innerText.includes({words!r})")


def ask(page: Page, question: str) -> str:
    """Type a question and Enter; the text of its replies when they are whole."""
    show(page, "ask")
    n_turns = page.locator(TURNS).count()
    page.focus(LINE)
    page.keyboard.insert_text(question)
    page.wait_for_function(f"document.querySelector('{LINE}').value == {question!r}")
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('{TURNS}').length > {n_turns}")
    page.wait_for_function("!document.querySelector('.conversation [aria-busy]')")
    return text(page, f"{TURNS}:last-child")


def show(page: Page, part: str) -> None:
    """Show `movement` or `ask` on a narrow screen; a wide one shows both anyway."""
    page.evaluate(f"document.querySelector('.tabs [data-part={part}]').click()")


def pick(page: Page, box: str, words: str) -> None:
    """Choose an entry of a dropdown with the keyboard."""
    page.locator(f"{box} input").first.select_text()
    page.keyboard.insert_text(words)
    page.locator("[role=option]", has_text=words).first.wait_for(state="attached")
    page.keyboard.press("Enter")


def bring(page: Page, path: Path) -> None:
    """Drop a file onto the page."""
    unfold(page, "#own")
    page.set_input_files("#file input[type=file]", path)


def unfold(page: Page, accordion: str) -> None:
    """Open a part of the page that is folded away."""
    button = page.locator(f"{accordion} button").first
    if button.get_attribute("aria-expanded") != "true":
        button.click()


def left_of_uploads(server) -> list:
    """Files with something in them; Gradio itself leaves empty ones behind."""
    files = Path(server.uploads.name).rglob("*")
    return [path for path in files if path.is_file() and path.stat().st_size]
