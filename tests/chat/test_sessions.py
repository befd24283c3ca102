"""How many may be there and how much each may do."""

import pytest

from biomechgpt.chat import sessions
from biomechgpt.chat.sessions import Limits, Sessions
from biomechgpt.errors import InputError


@pytest.fixture
def clock(monkeypatch):
    now = {"s": 100.0}
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now["s"])
    return now


def test_more_users_than_places_are_told_so_until_one_leaves(clock):
    open_pages = Sessions(Limits(users=2))
    first = open_pages.get("a")
    open_pages.get("b")
    with pytest.raises(InputError, match="2 people are here already"):
        open_pages.get("c")
    assert open_pages.get("a") is first
    open_pages.end("b")
    open_pages.get("c")
    open_pages.end("nobody")


def test_who_does_nothing_for_long_loses_the_place(clock):
    open_pages = Sessions(Limits(users=1, idle_s=60))
    forgotten = open_pages.get("a")
    clock["s"] += 61
    open_pages.get("b")
    open_pages.end("b")
    assert open_pages.get("a") is not forgotten


def test_questions_and_files_are_counted_by_the_minute(clock):
    open_pages = Sessions(Limits(questions_a_minute=2, files_a_minute=1))
    session = open_pages.get("a")
    open_pages.count_question(session)
    clock["s"] += 20
    open_pages.count_question(session)
    with pytest.raises(InputError, match="More than 2 questions a minute: wait 40 s"):
        open_pages.count_question(session)
    open_pages.count_question(open_pages.get("b"))
    open_pages.count_file(session)
    with pytest.raises(InputError, match="More than 1 files a minute"):
        open_pages.count_file(session)
    clock["s"] += 41
    open_pages.count_question(session)
