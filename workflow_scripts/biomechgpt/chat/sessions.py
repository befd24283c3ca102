"""Who is on the page: what each of them looks at and has asked, and how much of it is allowed."""

import time
from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from biomechgpt.chat.conversation import Turn
from biomechgpt.chat.run import ChatTrial
from biomechgpt.errors import InputError

MINUTE_S = 60.0


class Limits(NamedTuple):
    """What one server takes."""

    users: int = 8  # at the same time
    questions_a_minute: int = 30  # of each user
    files_a_minute: int = 6
    idle_s: float = 3600.0  # after which a place is given to somebody else
    kept_turns: int = 30  # of a conversation, the last ones


@dataclass
class Session:
    """One open page. Nothing of it is on the disk."""

    movements: dict[str, ChatTrial | None] = field(
        default_factory=lambda: {"first": None, "second": None}
    )
    turns: list[Turn] = field(default_factory=list)
    asked_s: deque = field(default_factory=deque)
    brought_s: deque = field(default_factory=deque)
    seen_s: float = 0.0


class Sessions:
    """The open pages by the hash that Gradio gives each."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.open: dict[str, Session] = {}
        self.lock = Lock()

    def get(self, name: str) -> Session:
        """The session of that name, a new one where there is none; InputError where all are taken."""
        now_s = time.monotonic()
        with self.lock:
            if name not in self.open:
                self._make_room(now_s)
                self.open[name] = Session()
            self.open[name].seen_s = now_s
            return self.open[name]

    def _make_room(self, now_s: float) -> None:
        idle = [k for k, s in self.open.items() if now_s - s.seen_s > self.limits.idle_s]
        for name in idle:
            del self.open[name]
        if len(self.open) >= self.limits.users:
            raise InputError(
                f"{self.limits.users} people are here already, which is as many as this server takes: "
                "close a page or come back later."
            )

    def end(self, name: str) -> None:
        """Forget a session with all that was dropped onto it."""
        with self.lock:
            self.open.pop(name, None)

    def count_question(self, session: Session) -> None:
        """InputError where the session has asked too much within a minute."""
        _count(session.asked_s, self.limits.questions_a_minute, "questions")

    def count_file(self, session: Session) -> None:
        """InputError where the session has brought too many files within a minute."""
        _count(session.brought_s, self.limits.files_a_minute, "files")


def _count(times_s: deque, most: int, what: str) -> None:
    now_s = time.monotonic()
    while times_s and now_s - times_s[0] > MINUTE_S:
        times_s.popleft()
    if len(times_s) >= most:
        wait_s = MINUTE_S - (now_s - times_s[0])
        raise InputError(f"More than {most} {what} a minute: wait {wait_s:.0f} s.")
    times_s.append(now_s)
