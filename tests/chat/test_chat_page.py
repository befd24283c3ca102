"""The page in a browser: pick, watch, ask, compare, bring files, two people at once."""

import time
from urllib.parse import urlsplit

import pytest

from tests.helpers.browser import DESKTOP, PATIENCE_S, PHONE, faults
from tests.helpers.colours import contrast
from tests.helpers.page_driver import (
    LINE,
    TURNS,
    ask,
    bring,
    left_of_uploads,
    pick,
    show,
    text,
    unfold,
    visit,
    wait_for_text,
)
from tests.helpers.small_model import QUESTION_TEXTS, write_motion

EVIL = "<img src=x onerror=alert(1)>"


def test_pick_watch_and_ask(page, server):
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url)[:2]))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url)[:2]))
    page.reload()
    page.wait_for_selector("#first canvas", state="attached")
    assert "t6" in text(page, "#first-about")
    show(page, "movement")
    pick(page, "#trial", "t3")
    wait_for_text(page, "#first-about", "t3")
    about = text(page, "#first-about")
    assert "training set: the model has seen this movement" in about
    assert "7.0 s" in about
    assert "right neck" not in about
    assert "neck extension" in about
    wait_for_text(page, "#first-gait summary", "Gait cycle")
    page.wait_for_function("document.querySelector('#first .player input[type=range]').max == 209")
    frame = "Number(document.querySelector('#first .player input[type=range]').value)"
    page.click("#first .player button")
    page.wait_for_function(f"{frame} > 3")
    said = ask(page, "How fast in m/s?")
    assert "m/s" in said
    assert "trained on this participant" in said
    assert "medical device" not in said
    assert text(page, "body").count("Not a medical device") == 1
    assert page.evaluate("!!document.querySelector('.conversation .line .dot')")
    said = ask(page, QUESTION_TEXTS["device"])
    assert "walker" in said
    assert (
        len(page.evaluate("[...document.querySelectorAll('.bars li')].map(l => l.innerText)")) == 3
    )
    assert faults(page) == []
    assert hosts == {urlsplit(server.local_url)[:2]}


def test_a_question_outside_and_one_with_markup(page):
    assert "was not trained on such questions" in ask(page, "What is the capital of Italy?")
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
    page.click("#labels")
    wait_for_text(page, ".conversation", "Recorded label")
    assert page.evaluate(place) == before


def test_the_label_is_shown_on_demand(page):
    assert "Recorded label" not in ask(page, QUESTION_TEXTS["impaired"])
    page.click("#labels")
    wait_for_text(page, ".conversation", "Recorded label: yes")
    assert "Recorded label" not in ask(page, QUESTION_TEXTS["impaired"])
    page.click("#clear")
    page.wait_for_function("document.querySelectorAll('.conversation article').length == 0")


def test_a_filter_leaves_only_its_trials(page):
    pick(page, "#by-Split", "train")
    wait_for_text(page, "#first-about", "t0")
    page.focus("#trial input")
    shown = page.wait_for_function(
        "(lines => lines.length === 4 && lines)"
        "([...document.querySelectorAll('[role=option]')].map(o => o.innerText.trim())"
        ".filter(line => /t\\d/.test(line)))"  # the list of the filter may not be gone yet
    ).json_value()
    assert [line for line in shown if "t0" in line]
    assert all("training set" in line for line in shown)


def test_two_movements_are_answered_side_by_side(page):
    unfold(page, "#more")
    pick(page, "#other", "t1")
    page.wait_for_selector("#second canvas", state="attached")
    said = ask(page, "How fast in m/s?")
    assert page.evaluate("document.querySelectorAll('.replies.two .reply').length") == 2
    assert "t6" in said
    assert "t1" in said


def test_an_own_file_is_read_asked_about_and_deleted(page, server, tmp_path):
    bring(page, write_motion(tmp_path / "my visit.mot", 5))
    wait_for_text(page, "#first-about", "my visit.mot")
    assert "own file" in text(page, "#first-about")
    assert "unknown_columns" not in text(page, "#first-about")
    assert left_of_uploads(server) == []
    assert "my visit.mot" in ask(page, "How fast in m/s?")


def test_a_broken_file_is_refused_in_the_words_of_the_report(page, server, tmp_path):
    broken = tmp_path / "broken.c3d"
    broken.write_bytes(b"nothing that a c3d holds")
    bring(page, broken)
    wait_for_text(page, "#first-about", "cannot be used")
    assert "rejected: " in text(page, "#first-about")
    assert "broken.c3d" in text(page, "#first-about")
    assert "/tmp" not in text(page, "#first-about")
    assert "t6" in text(page, "#first-about")  # which is still shown
    assert left_of_uploads(server) == []


@pytest.mark.parametrize("name", ["*.mot", "*.c3d", "*.bvh"])
def test_a_real_recording(page, server, recordings, name):
    path = max(recordings.rglob(name), key=lambda path: path.stat().st_size)
    bring(page, path)
    wait_for_text(page, "#first-about", path.name)
    assert "own file" in text(page, "#first-about")
    assert "m/s" in ask(page, "How fast in m/s?")
    assert left_of_uploads(server) == []


def test_two_people_at_once_and_no_third(page, open_page, server):
    other = visit(open_page, server)
    pick(other, "#trial", "t1")
    wait_for_text(other, "#first-about", "t1")
    assert "t6" in ask(page, "How fast in m/s?")
    assert "t1" in ask(other, "How fast in m/s?")
    third = open_page(server.local_url)
    wait_for_text(third, "body", "2 people are here already")
    third.close()
    other.close()
    wait_for_one_visitor(server)
    visit(open_page, server)


def wait_for_one_visitor(server):
    """The server is told that a page was closed a moment after the browser has left it."""
    end = time.monotonic() + PATIENCE_S
    while len(server.page.sessions.open) > 1:
        assert time.monotonic() < end, "a closed page keeps its place"
        time.sleep(0.05)


def test_a_chip_asks_and_a_short_question_refers_back(page):
    assert "walker" in ask(page, QUESTION_TEXTS["device"])
    page.locator("#chips button", has_text="Why?").click()
    page.wait_for_selector(".conversation .strip")
    assert "no proof that the model used it" in text(page, f"{TURNS}:last-child")
    assert "with a share of" in ask(page, "how sure?")
    assert "You are welcome" in ask(page, "thanks")
    assert "There is no second movement" in ask(page, "compare")  # which stays in the line


def test_a_phone_shows_the_movement_or_the_questions(open_page, server):
    page = visit(open_page, server, size=PHONE)
    page.locator("#question").wait_for(state="hidden")  # the tabs are set once the page is loaded
    assert page.locator("#first canvas").first.is_visible()
    page.locator(".tabs button", has_text="Ask").click()
    assert page.locator("#question").is_visible()
    assert not page.locator("#first canvas").first.is_visible()
    assert "Nothing has been asked yet" in text(page, ".conversation")


def test_figure_and_question_are_in_view_together(open_page, server):
    page = visit(open_page, server, size=(1400, 900))
    for selector in ("#first canvas", LINE):
        box = page.locator(selector).first.bounding_box()
        assert 0 <= box["y"] < box["y"] + min(box["height"], 300) <= 900, selector


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_fits_and_can_be_read(open_page, server, size, scheme):
    page = visit(open_page, server, size=size, scheme=scheme)
    ask(page, "How fast in m/s?")
    ask(page, QUESTION_TEXTS["device"])
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for selector in (
        ".about",
        ".conversation .question",
        ".share",
        ".source",
        ".set",
        ".banner",
    ):
        assert contrast(*page.evaluate(COLOURS.format(selector))) >= 4.5, selector


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
        "labels",
        "clear",
        "chips",
        "known",
        "question",
    )
    within = "document.activeElement.closest('{}')?.id".format(", ".join(f"#{n}" for n in names))
    page.evaluate("document.activeElement.blur()")
    reached = []
    for _ in range(50):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(within))
    assert list(dict.fromkeys(filter(None, reached))) == list(names)
