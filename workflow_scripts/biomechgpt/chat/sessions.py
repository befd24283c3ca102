"""The visitors of the page: what each looks at and has asked, and how much is allowed."""

import time
from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple

from biomechgpt.chat.conversation import Turn
from biomechgpt.chat.route import Route
from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.errors import InputError

MINUTE_S = 60.0


class Limits(NamedTuple):
    """What one server allows."""

    users: int = 8  # at the same time
    questions_a_minute: int = 30  # for each user
    files_a_minute: int = 6  # for each user
    idle_s: float = 3600.0  # until a user who does nothing makes room for another
    kept_turns: int = 30  # the last of a conversation


@dataclass
class Session:
    """One open page. Nothing of it is stored on the disk."""

    movements: dict[str, ChatTrial | None] = field(
        default_factory=lambda: {"first": None, "second": None}
    )
    before: Route | None = None  # what the last question about the movement wanted
    turns: list[Turn] = field(default_factory=list)
    question_times_s: deque = field(default_factory=deque)
    file_times_s: deque = field(default_factory=deque)
    last_used_s: float = 0.0


class Sessions:
    """The open pages by the session hash of Gradio."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.open: dict[str, Session] = {}
        self.lock = Lock()

    def get(self, name: str) -> Session:
        """The session of that name, new where there is none; InputError where the server is full."""
        now_s = time.monotonic()
        with self.lock:
            if name not in self.open:
                self._make_room(now_s)
                self.open[name] = Session()
            self.open[name].last_used_s = now_s
            return self.open[name]

    def _make_room(self, now_s: float) -> None:
        idle = [k for k, s in self.open.items() if now_s - s.last_used_s > self.limits.idle_s]
        for name in idle:
            del self.open[name]
        if len(self.open) >= self.limits.users:
            raise InputError(
                f"{self.limits.users} people are here already, which is as many as this server allows: "
                "close a page or come back later."
            )

    def end(self, name: str) -> None:
        """Forget a session and the movements in it."""
        with self.lock:
            self.open.pop(name, None)

    def count_question(self, session: Session) -> None:
        """Count a question; InputError where there were too many within a minute."""
        _count(session.question_times_s, self.limits.questions_a_minute, "questions")

    def count_file(self, session: Session) -> None:
        """Count a file; InputError where there were too many within a minute."""
        _count(session.file_times_s, self.limits.files_a_minute, "files")


def _count(times_s: deque, most: int, what: str) -> None:
    now_s = time.monotonic()
    while times_s and now_s - times_s[0] > MINUTE_S:
        times_s.popleft()
    if len(times_s) >= most:
        wait_s = MINUTE_S - (now_s - times_s[0])
        raise InputError(f"More than {most} {what} a minute: wait {wait_s:.0f} s.")
    times_s.append(now_s)
