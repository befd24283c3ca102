"""The page in a browser: pick, watch, ask, compare, bring files, two people at once."""

import html.parser
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import browser
import pytest
import requests
from small_model import ASKED

pytest.importorskip("gradio", reason="Gradio is not installed (make chat)")

from biomechgpt.chat.opening import Opening
from biomechgpt.chat.serve import start
from biomechgpt.chat.sessions import Limits

DESKTOP, PHONE = (1280, 900), (390, 844)
FAULTS = ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded")
CHROMIUM = browser.executable()
PATIENCE_S = 15
EVIL = "<img src=x onerror=alert(1)>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def server(run_model):
    limits = Limits(users=2, questions_a_minute=1000, files_a_minute=1000)
    blocks = start(Opening(run_model, None), "127.0.0.1", None, limits)
    yield blocks
    blocks.close()
    blocks.uploads.cleanup()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
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


def test_pick_watch_and_ask(page, server):
    assert "t6" in text(page, "#first-about")
    pick(page, "#trial", "t3")
    until(page, "document.querySelector('#first-about').innerText.includes('t3')")
    about = text(page, "#first-about")
    assert "training side: the model has seen this movement" in about
    assert "7.0 s" in about
    assert "right neck" not in about
    assert "neck extension" in about
    until(page, "document.querySelector('#first .player input[type=range]').max == 209")
    frame = "Number(document.querySelector('#first .player input[type=range]').value)"
    page.evaluate("document.querySelector('#first .player button').click()")
    until(page, f"{frame} > 3")
    said = ask(page, "How fast in m/s?")
    assert "m/s" in said
    assert "trained on this participant" in said
    assert "medical device" in said
    assert page.evaluate("!!document.querySelector('.conversation .line .dot')")
    said = ask(page, ASKED["device"])
    assert "walker" in said
    assert (
        len(page.evaluate("[...document.querySelectorAll('.bars li')].map(l => l.innerText)")) == 3
    )
    assert faults(page) == []
    assert hosts(page) == {server.local_url.split("/")[2]}


def test_a_question_outside_and_one_with_markup(page):
    assert "outside of what the model was trained on" in ask(page, "What is the capital of Italy?")
    said = ask(page, f"What is the weather {EVIL}?")
    assert EVIL in said
    assert page.evaluate("document.querySelectorAll('.conversation img').length") == 0


def test_the_last_turn_is_in_view_and_stays_there(page):
    for _ in range(4):
        ask(page, ASKED["device"])
    place = "Math.round(document.querySelector('.conversation').scrollTop)"
    box = "document.querySelector('.conversation').getBoundingClientRect()"
    last = "document.querySelector('.conversation article:last-child').getBoundingClientRect()"
    assert page.evaluate(f"{last}.top >= {box}.top - 2 && {last}.bottom <= {box}.bottom + 2")
    before = page.evaluate(place)
    assert before > 0
    page.evaluate("document.querySelector('#labels').click()")
    until(page, "document.querySelector('.conversation').innerText.includes('Recorded label')")
    assert page.evaluate(place) == before


def test_the_label_is_shown_on_demand(page):
    assert "Recorded label" not in ask(page, ASKED["impaired"])
    page.evaluate("document.querySelector('#labels').click()")
    until(page, "document.querySelector('.conversation').innerText.includes('Recorded label: yes')")
    assert "Recorded label" not in ask(page, ASKED["impaired"])
    page.evaluate("document.querySelector('#clear').click()")
    until(page, "document.querySelectorAll('.conversation article').length == 0")


def test_a_filter_leaves_only_its_trials(page):
    pick(page, "#by-Split", "train")
    until(page, "document.querySelector('#first-about').innerText.includes('t0')")
    page.evaluate("document.querySelector('#trial input').focus()")
    shown = until(
        page, "[...document.querySelectorAll('[role=option]')].map(o => o.innerText.trim())"
    )
    assert [line.split()[-4:] for line in shown if "t0" in line]
    assert sum("training side" in line for line in shown) == len(shown) == 4


def test_two_movements_are_answered_side_by_side(page):
    unfold(page, "#more")
    until(page, "!!document.querySelector('#other input')")
    pick(page, "#other", "t1")
    until(page, "!!document.querySelector('#second canvas')")
    said = ask(page, "How fast in m/s?")
    assert page.evaluate("document.querySelectorAll('.replies.two .reply').length") == 2
    assert "t6" in said
    assert "t1" in said


def left_of_uploads(server) -> list:
    """Files with something in them; Gradio itself leaves empty ones behind."""
    files = Path(server.uploads.name).rglob("*")
    return [path for path in files if path.is_file() and path.stat().st_size]


def test_an_own_file_is_read_asked_about_and_deleted(page, server, write_motion, tmp_path):
    bring(page, write_motion(tmp_path / "my visit.mot", 5))
    until(page, "document.querySelector('#first-about').innerText.includes('my visit.mot')")
    assert "own file" in text(page, "#first-about")
    assert "unknown_columns" not in text(page, "#first-about")
    assert left_of_uploads(server) == []
    assert "my visit.mot" in ask(page, "How fast in m/s?")


def test_a_broken_file_is_refused_in_the_words_of_the_report(page, server, tmp_path):
    broken = tmp_path / "broken.c3d"
    broken.write_bytes(b"nothing that a c3d holds")
    bring(page, broken)
    until(page, "document.querySelector('#first-about').innerText.includes('cannot be used')")
    assert "rejected: " in text(page, "#first-about")
    assert "broken.c3d" in text(page, "#first-about")
    assert "/tmp" not in text(page, "#first-about")
    assert "t6" in text(page, "#first-about")  # which is still shown
    assert left_of_uploads(server) == []


@pytest.mark.parametrize("name", ["*.mot", "*.c3d", "*.bvh"])
def test_a_real_recording(page, server, recordings, name):
    path = max(recordings.rglob(name), key=lambda path: path.stat().st_size)
    bring(page, path)
    said = until(page, f"document.querySelector('#first-about').innerText.includes({path.name!r}) &&"
                       " document.querySelector('#first-about').innerText")  # fmt: skip
    assert "own file" in said
    assert "m/s" in ask(page, "How fast in m/s?")
    assert left_of_uploads(server) == []


def test_two_people_at_once_and_no_third(page, server, tmp_path):
    with browser.Browser(CHROMIUM, tmp_path / "other") as other:
        visit(other, server)
        pick(other, "#trial", "t1")
        until(other, "document.querySelector('#first-about').innerText.includes('t1')")
        said = [ask(one, "How fast in m/s?") for one in (page, other)]
        assert "t6" in said[0]
        assert "t1" in said[1]
        with browser.Browser(CHROMIUM, tmp_path / "third") as third:
            third.visit(server.local_url, *DESKTOP, "light")
            until(third, "document.body.innerText.includes('2 people are here already')")
        leave(other)
        time.sleep(1)
        visit(other, server)
        leave(other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_fits_and_can_be_read(chromium, server, size, scheme):
    visit(chromium, server, size, scheme)
    ask(chromium, "How fast in m/s?")
    ask(chromium, ASKED["device"])
    assert chromium.evaluate("document.documentElement.scrollWidth") <= size[0]
    for selector in (
        ".about",
        ".conversation .question",
        ".share",
        ".source",
        ".warning",
        ".set",
        ".banner",
    ):
        assert contrast(*chromium.evaluate(COLOURS.format(selector))) >= 4.5, selector
    leave(chromium)


COLOURS = """(() => {{ const node = document.querySelector('{}'); let behind = node;
  const colour = (n) => getComputedStyle(n).backgroundColor;
  while (behind.parentElement && /, 0\\)$/.test(colour(behind))) behind = behind.parentElement;
  return [getComputedStyle(node).color, colour(behind)]; }})()"""


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours written as rgb(r, g, b)."""

    def luminance(colour):
        shares = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_all_that_can_be_used_is_reached_by_tab(page):
    names = (
        "by-Split",
        "trial",
        "first",
        "own",
        "more",
        "conversation",
        "question",
        "known",
        "labels",
        "clear",
    )
    within = "document.activeElement.closest('{}')?.id".format(", ".join(f"#{n}" for n in names))
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(40):
        press(page, "Tab", "", 9)
        reached.append(page.evaluate(within))
    assert list(dict.fromkeys(filter(None, reached))) == list(names)


class Linked(html.parser.HTMLParser):
    """What a page's markup loads by itself."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        if tag in ("script", "link", "img", "iframe"):
            self.found.append(of.get("src") or of.get("href") or "")


def test_the_markup_loads_nothing_from_elsewhere(server):
    links = Linked()
    with urllib.request.urlopen(server.local_url) as answer:
        links.feed(answer.read().decode())
    own = server.local_url.rstrip("/")
    assert [
        link for link in links.found if link.startswith("http") and not link.startswith(own)
    ] == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../../etc/passwd", "{config}"])
def test_no_file_of_this_computer_is_served(server, root, path):
    wanted = path.format(config=root / "config.yaml")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{server.local_url}gradio_api/file={wanted}")
    assert refused.value.code in (403, 404)


def test_an_uploaded_name_stays_inside(server, tmp_path):
    outside = Path(server.uploads.name).parent / "evil.mot"
    files = {"files": ("../../evil.mot", b"text")}
    stored = requests.post(f"{server.local_url}gradio_api/upload", files=files).json()
    assert Path(stored[0]).resolve().is_relative_to(Path(server.uploads.name).resolve())
    assert not outside.exists()


def test_a_forged_path_is_neither_read_nor_deleted(server, write_motion, tmp_path):
    victim = write_motion(tmp_path / "victim.mot", 4)
    events = requests.get(f"{server.local_url}config").json()["dependencies"]
    number = next(event["id"] for event in events if event["api_name"] == "read")
    forged = {"path": str(victim), "orig_name": "v.mot", "meta": {"_type": "gradio.FileData"}}
    body = {"data": [forged], "fn_index": number, "session_hash": "forger"}
    joined = requests.post(f"{server.local_url}gradio_api/queue/join", json=body)
    said = joined.text
    if joined.ok:
        url = f"{server.local_url}gradio_api/queue/data?session_hash=forger"
        said = requests.get(url, timeout=30).text
        assert '"success":false' in said
    assert "5.0 s" not in said
    assert victim.exists()
    assert "forger" not in [
        name for name, session in server.page.sessions.open.items() if session.movements["first"]
    ]


def test_the_script_serves_the_page_and_leaves_nothing_behind(root, run_model, tmp_path):
    command = [sys.executable, str(root / "workflow_scripts/chat.py"), "--model", str(run_model)]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        line = next(line for line in process.stdout if line.startswith("Open "))
        assert requests.get(line.split()[1]).ok
        assert [path.name for path in tmp_path.glob("biomechgpt-chat-*")]
        process.terminate()
        process.communicate(timeout=60)
    assert list(tmp_path.glob("biomechgpt-chat-*")) == []


def test_more_than_loopback_is_warned_of(run_model, capsys):
    blocks = start(Opening(run_model, None), "0.0.0.0", None, Limits())
    blocks.close()
    blocks.uploads.cleanup()
    assert "WARNING: the page listens on 0.0.0.0" in capsys.readouterr().out
