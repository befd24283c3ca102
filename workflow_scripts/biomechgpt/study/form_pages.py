"""The forms: one HTML file a rater, which opens offline and names no arm, trial or truth."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from biomechgpt.report.page.html_file import write_page
from biomechgpt.study.dealing import ShownItem
from biomechgpt.study.item_drawing import QuestionItem

TEMPLATE = "study_form.html"
STYLES = ("report.css", "player.css", "study_form.css")
SCRIPTS = ("player_drawing.js", "player.js", "study_form.js")
LOWEST, HIGHEST = 1, 5  # of every scale
CANNOT_JUDGE = "cannot judge"
BEST, WHICH_ORIGINAL, COMMENT, BY_A_PERSON, CHECKSUM = (
    "best", "original", "comment", "rated by a person", "checksum",
)  # fmt: skip


class FormItem(NamedTuple):
    """What a rater sees of an item: explanations, or two movements and none."""

    code: str
    motion: dict
    question: str = ""
    explanations: Sequence[dict] = ()  # slot, answer, lines


def explanation_item(shown: ShownItem, item: QuestionItem, question: str, motion: dict) -> FormItem:
    """An item with the explanations in the order of the rater's slots."""
    entries = [
        {"slot": slot, **item.explanations[arm]._asdict()} for slot, arm in shown.slots.items()
    ]
    return FormItem(shown.code, motion, question, entries)


def write_form(
    page: os.PathLike,
    study: str,
    rater: str,
    scales: Mapping[str, str],
    items: Sequence[FormItem],
    simulated: bool,
) -> str:
    """Write a rater's form, and return the fingerprint that its ratings will carry."""
    content = {
        "study": study,
        "rater": rater,
        "scales": [{"name": name, "statement": text} for name, text in scales.items()],
        "lowest": LOWEST,
        "highest": HIGHEST,
        "cannot_judge": CANNOT_JUDGE,
        "items": [item._asdict() for item in items],
    }
    form = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    write_page(
        page, TEMPLATE, STYLES, SCRIPTS, content=content | {"form": form}, simulated=simulated
    )
    return form


def checksum(lines: Sequence[str]) -> str:
    """FNV-1a of lines of text in UTF-8, 32 bits as 8 hexadecimal digits; `study_form.js` has the same."""
    value = 0x811C9DC5
    for byte in "\n".join(lines).encode():
        value = ((value ^ byte) * 0x01000193) % 2**32
    return f"{value:08x}"
