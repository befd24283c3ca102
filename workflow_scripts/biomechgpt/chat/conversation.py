"""What was asked and answered in one session, and how the page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import jinja2

from biomechgpt.chat.answers import Answer, Number

TEMPLATE = "conversation.html.jinja"
MARGIN = 0.08  # of the axis that a number is drawn on, at either end


class Scale(NamedTuple):
    """Where a number, its range and the usual range lie on an axis; all but its ends in percent."""

    start: float
    stop: float
    span: tuple[float, float]  # left end and width
    dot: float
    usual: tuple[float, float] | None
    usual_from: float
    usual_to: float


@dataclass
class Reply:
    """The answer about one of the movements; `answer` is None as long as it is being written."""

    trial: str
    split: str
    label_of: dict[str, str] = field(default_factory=dict, repr=False)  # recorded, by task
    askable: Sequence[str] = ()
    text: str = ""
    answer: Answer | None = None
    problem: str = ""

    @property
    def scale(self) -> Scale | None:
        """Of a number."""
        number = self.answer and self.answer.found
        return scale_of(number) if isinstance(number, Number) else None

    @property
    def label(self) -> str:
        """What was recorded, for those who ask for it."""
        return self.label_of.get(self.answer.task, "")


@dataclass
class Turn:
    """A question with a reply for each movement."""

    question: str
    replies: list[Reply]
    shown_labels: bool = False


def scale_of(number: Number) -> Scale:
    """An axis that holds the number, its range and what is usual."""
    normal = number.normal
    usual = [value for value in (normal.low, normal.high) if value is not None] if normal else []
    held = [number.value, number.low, number.high, *usual]
    room = MARGIN * (max(held) - min(held)) or 1.0
    start, stop = (
        max(0.0, min(held) - room) if min(held) >= 0 else min(held) - room,
        max(held) + room,
    )

    def place(value: float) -> float:
        return round(100 * (value - start) / (stop - start), 2)

    usual_from = (normal.low if normal.low is not None else start) if usual else start
    usual_to = (normal.high if normal.high is not None else stop) if usual else stop
    left, right = place(usual_from), place(usual_to)
    low, high = place(number.low), place(number.high)
    shown = (left, round(right - left, 2)) if usual else None
    return Scale(
        start, stop, (low, round(high - low, 2)), place(number.value), shown, usual_from, usual_to
    )


def as_html(turns: Sequence[Turn]) -> str:
    """The conversation as HTML in which every text is escaped."""
    return _TEMPLATE.render(turns=turns)


_TEMPLATE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    undefined=jinja2.StrictUndefined,
).get_template(TEMPLATE)
