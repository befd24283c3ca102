"""Pages in the Chromium of this machine, which Playwright drives."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

PATIENCE_S = 60
DESKTOP, PHONE = (1280, 900), (390, 844)  # width and height of a screen in pixels


def executable() -> str | None:
    """Where a Chromium is, None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless Chromium, which draws in software."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable())
        yield browser
        browser.close()


def open_page(
    browser: Browser, url: str, size: tuple[int, int] = DESKTOP, scheme: str = "light"
) -> Page:
    """Open an address as a new visitor, at a size of screen; `scheme` is light or dark."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, is_mobile=size == PHONE
    )
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()
    page.goto(url)
    return page


def faults(page: Page) -> list[str]:
    """What the page wrote to the console and the errors that it did not catch."""
    return [message.text for message in page.console_messages()] + list(
        map(str, page.page_errors())
    )
