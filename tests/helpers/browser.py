"""Headless Chromium over its debugging pipe: the DevTools protocol without another package."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

QUIET = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run --disable-dev-shm-usage "
    "--disable-extensions --hide-scrollbars --remote-debugging-pipe"
)
PATIENCE_S = 60
DESKTOP, PHONE = (1280, 900), (390, 844)  # width and height of a screen in pixels
FAULTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")


def executable() -> str | None:
    """Where a Chromium is, None where there is none."""
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))
    return next(filter(None, found), None)


class Browser:
    """One page. `events` are all that the page reported since it was opened."""

    def __init__(self, path: str, profile: Path):
        to_browser, self.out = os.pipe()
        self.inp, from_browser = os.pipe()

        def descriptors():
            ends = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (to_browser, from_browser)]
            os.dup2(ends[0], 3)  # Chromium reads commands from 3 and writes to 4
            os.dup2(ends[1], 4)

        command = [path, *QUIET.split(), f"--user-data-dir={profile}"]
        self.process = subprocess.Popen(
            command, close_fds=False, preexec_fn=descriptors,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self.pending, self.number, self.session, self.events = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)
        os.close(self.out)
        os.close(self.inp)

    def call(self, method: str, **params) -> dict:
        """Send a command and wait for its result; events that come before it are kept."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            found = self._next()
            if found.get("id") == self.number:
                assert "error" not in found, found
                return found["result"]
            self.events.append(found)

    def _next(self) -> dict:
        end = time.monotonic() + PATIENCE_S
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.inp], [], [], max(0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            piece = os.read(self.inp, 1 << 20)
            assert piece, "the browser is gone"
            self.pending += piece
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def wait_for(self, method: str) -> None:
        """Until an event of that name was seen since the page was opened."""
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._next())

    def open(self, page: Path, width: int, height: int, scheme: str) -> None:
        """Open a file at a size of screen, `scheme` is light or dark."""
        self.visit(page.resolve().as_uri(), width, height, scheme)

    def visit(self, url: str, width: int, height: int, scheme: str) -> None:
        """Open an address, as `open` does a file."""
        self.events.clear()
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", features=media)
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def evaluate(self, expression: str):
        """The value of a JavaScript expression in the page."""
        result = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, condition: str):
        """Wait until a JavaScript expression is true; its value."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if found := self.evaluate(condition):
                return found
            time.sleep(0.05)
        shown = self.evaluate("document.body.innerText")
        raise AssertionError(f"{condition} did not come true:\n{shown}")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key and let it go; `text` is what it types."""
        for kind in ("keyDown", "keyUp"):
            event = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
            self.call("Input.dispatchKeyEvent", type=kind, **event)

    def faults(self) -> list[dict]:
        """What the page reported as wrong since it was opened."""
        return [event for event in self.events if event.get("method") in FAULTS]

    def requests(self) -> list[str]:
        """The addresses that the page asked for since it was opened."""
        sent = [e for e in self.events if e.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def screenshot(self, path: Path, whole: bool = False) -> None:
        """Write a PNG of what is in view, or of the whole page."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self, path: Path) -> None:
        """Write what a printer would get."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF")["data"]))
