"""The page in a browser: pick, watch, ask, compare, bring files, two people at once."""

import time

import pytest

from tests.helpers.browser import DESKTOP, PATIENCE_S, PHONE, Browser, executable
from tests.helpers.colours import contrast
from tests.helpers.page_driver import ask, bring, leave, left_of_uploads, pick, text, unfold, visit
from tests.helpers.small_model import QUESTION_TEXTS, write_motion

EVIL = "<img src=x onerror=alert(1)>"


def test_pick_watch_and_ask(page, server):
    assert "t6" in text(page, "#first-about")
    pick(page, "#trial", "t3")
    page.until("document.querySelector('#first-about').innerText.includes('t3')")
    about = text(page, "#first-about")
    assert "training side: the model has seen this movement" in about
    assert "7.0 s" in about
    assert "right neck" not in about
    assert "neck extension" in about
    page.until("document.querySelector('#first .player input[type=range]').max == 209")
    frame = "Number(document.querySelector('#first .player input[type=range]').value)"
    page.evaluate("document.querySelector('#first .player button').click()")
    page.until(f"{frame} > 3")
    said = ask(page, "How fast in m/s?")
    assert "m/s" in said
    assert "trained on this participant" in said
    assert "medical device" in said
    assert page.evaluate("!!document.querySelector('.conversation .line .dot')")
    said = ask(page, QUESTION_TEXTS["device"])
    assert "walker" in said
    assert (
        len(page.evaluate("[...document.querySelectorAll('.bars li')].map(l => l.innerText)")) == 3
    )
    assert page.faults() == []
    hosts = {url.split("/")[2] for url in page.requests() if url.startswith(("http", "ws"))}
    assert hosts == {server.local_url.split("/")[2]}


def test_a_question_outside_and_one_with_markup(page):
    assert "outside of what the model was trained on" in ask(page, "What is the capital of Italy?")
    said = ask(page, f"What is the weather {EVIL}?")
    assert EVIL in said
    assert page.evaluate("document.querySelectorAll('.conversation img').length") == 0


def test_the_last_turn_is_in_view_and_stays_there(page):
    for _ in range(4):
        ask(page, QUESTION_TEXTS["device"])
    place = "Math.round(document.querySelector('.conversation').scrollTop)"
    box = "document.querySelector('.conversation').getBoundingClientRect()"
    last = "document.querySelector('.conversation article:last-child').getBoundingClientRect()"
    assert page.evaluate(f"{last}.top >= {box}.top - 2 && {last}.bottom <= {box}.bottom + 2")
    before = page.evaluate(place)
    assert before > 0
    page.evaluate("document.querySelector('#labels').click()")
    page.until("document.querySelector('.conversation').innerText.includes('Recorded label')")
    assert page.evaluate(place) == before


def test_the_label_is_shown_on_demand(page):
    assert "Recorded label" not in ask(page, QUESTION_TEXTS["impaired"])
    page.evaluate("document.querySelector('#labels').click()")
    page.until("document.querySelector('.conversation').innerText.includes('Recorded label: yes')")
    assert "Recorded label" not in ask(page, QUESTION_TEXTS["impaired"])
    page.evaluate("document.querySelector('#clear').click()")
    page.until("document.querySelectorAll('.conversation article').length == 0")


def test_a_filter_leaves_only_its_trials(page):
    pick(page, "#by-Split", "train")
    page.until("document.querySelector('#first-about').innerText.includes('t0')")
    page.evaluate("document.querySelector('#trial input').focus()")
    shown = page.until(
        "(lines => lines.length === 4 && lines)"
        "([...document.querySelectorAll('[role=option]')].map(o => o.innerText.trim())"
        ".filter(line => /t\\d/.test(line)))",  # the list of the filter may not be gone yet
    )
    assert [line for line in shown if "t0" in line]
    assert all("training side" in line for line in shown)


def test_two_movements_are_answered_side_by_side(page):
    unfold(page, "#more")
    page.until("!!document.querySelector('#other input')")
    pick(page, "#other", "t1")
    page.until("!!document.querySelector('#second canvas')")
    said = ask(page, "How fast in m/s?")
    assert page.evaluate("document.querySelectorAll('.replies.two .reply').length") == 2
    assert "t6" in said
    assert "t1" in said


def test_an_own_file_is_read_asked_about_and_deleted(page, server, tmp_path):
    bring(page, write_motion(tmp_path / "my visit.mot", 5))
    page.until("document.querySelector('#first-about').innerText.includes('my visit.mot')")
    assert "own file" in text(page, "#first-about")
    assert "unknown_columns" not in text(page, "#first-about")
    assert left_of_uploads(server) == []
    assert "my visit.mot" in ask(page, "How fast in m/s?")


def test_a_broken_file_is_refused_in_the_words_of_the_report(page, server, tmp_path):
    broken = tmp_path / "broken.c3d"
    broken.write_bytes(b"nothing that a c3d holds")
    bring(page, broken)
    page.until("document.querySelector('#first-about').innerText.includes('cannot be used')")
    assert "rejected: " in text(page, "#first-about")
    assert "broken.c3d" in text(page, "#first-about")
    assert "/tmp" not in text(page, "#first-about")
    assert "t6" in text(page, "#first-about")  # which is still shown
    assert left_of_uploads(server) == []


@pytest.mark.parametrize("name", ["*.mot", "*.c3d", "*.bvh"])
def test_a_real_recording(page, server, recordings, name):
    path = max(recordings.rglob(name), key=lambda path: path.stat().st_size)
    bring(page, path)
    said = page.until(f"document.querySelector('#first-about').innerText.includes({path.name!r}) &&"
                       " document.querySelector('#first-about').innerText")  # fmt: skip
    assert "own file" in said
    assert "m/s" in ask(page, "How fast in m/s?")
    assert left_of_uploads(server) == []


def test_two_people_at_once_and_no_third(page, server, tmp_path):
    with Browser(executable(), tmp_path / "other") as other:
        visit(other, server)
        pick(other, "#trial", "t1")
        other.until("document.querySelector('#first-about').innerText.includes('t1')")
        said = [ask(one, "How fast in m/s?") for one in (page, other)]
        assert "t6" in said[0]
        assert "t1" in said[1]
        with Browser(executable(), tmp_path / "third") as third:
            third.visit(server.local_url, *DESKTOP, "light")
            third.until("document.body.innerText.includes('2 people are here already')")
        leave(other)
        wait_for_one_visitor(server)
        visit(other, server)
        leave(other)


def wait_for_one_visitor(server):
    """The server is told that a page was closed a moment after the browser has left it."""
    end = time.monotonic() + PATIENCE_S
    while len(server.page.sessions.open) > 1:
        assert time.monotonic() < end, "a closed page keeps its place"
        time.sleep(0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_fits_and_can_be_read(chromium, server, size, scheme):
    visit(chromium, server, size, scheme)
    ask(chromium, "How fast in m/s?")
    ask(chromium, QUESTION_TEXTS["device"])
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
        page.press("Tab", 9)
        reached.append(page.evaluate(within))
    assert list(dict.fromkeys(filter(None, reached))) == list(names)
