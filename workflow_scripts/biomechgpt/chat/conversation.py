"""The questions and answers of one session, and how the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import jinja2

from biomechgpt.chat.answers import Answer, Number

TEMPLATE = "conversation.html.jinja"
MARGIN = 0.08  # share of the axis of a number that is left free at either end


class Scale(NamedTuple):
    """The axis of a number; where the number, its range and the usual range lie on it, in percent."""

    start: float  # ends of the axis and of the usual range, in the unit of the number
    stop: float
    span: tuple[float, float]  # left end and width of the range, in percent
    dot: float
    usual: tuple[float, float] | None
    usual_from: float
    usual_to: float


@dataclass
class Reply:
    """The answer about one of the movements; `answer` is None while it is being written."""

    trial: str
    split: str
    recorded: dict[str, str] = field(default_factory=dict, repr=False)  # labels, by task
    askable: Sequence[str] = ()
    text: str = ""
    answer: Answer | None = None
    problem: str = ""

    @property
    def scale(self) -> Scale | None:
        """The axis of an answer that is a number."""
        number = self.answer and self.answer.estimate
        return scale_of(number) if isinstance(number, Number) else None

    @property
    def label(self) -> str:
        """The recorded label, shown on request only."""
        return self.recorded.get(self.answer.task, "")


@dataclass
class Turn:
    """A question with its reply about each movement."""

    question: str
    replies: list[Reply]
    shown_labels: bool = False


def scale_of(number: Number) -> Scale:
    """An axis that shows the number, its range and the usual range."""
    normal = number.normal
    usual = [value for value in (normal.low, normal.high) if value is not None] if normal else []
    shown = [number.value, number.low, number.high, *usual]
    room = MARGIN * (max(shown) - min(shown)) or 1.0
    start, stop = min(shown) - room, max(shown) + room
    start = max(0.0, start) if min(shown) >= 0 else start

    def place(value: float) -> float:
        return round(100 * (value - start) / (stop - start), 2)

    usual_from = (normal.low if normal.low is not None else start) if usual else start
    usual_to = (normal.high if normal.high is not None else stop) if usual else stop
    left, right = place(usual_from), place(usual_to)
    low, high = place(number.low), place(number.high)
    span = (low, round(high - low, 2))
    usual_span = (left, round(right - left, 2)) if usual else None
    return Scale(start, stop, span, place(number.value), usual_span, usual_from, usual_to)


def as_html(turns: Sequence[Turn]) -> str:
    """The conversation as HTML, with every text escaped."""
    return _TEMPLATE.render(turns=turns)


_TEMPLATE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
).get_template(TEMPLATE)
