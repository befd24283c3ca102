"""The phrasings of a task that has no file of them: those of its own entry, or built from its words."""

import re
from collections.abc import Mapping, Sequence

from biomechgpt.settings.phrasing_settings import WrittenPhrasings
from biomechgpt.settings.tasks_section import TaskSettings

Templates = Mapping[str, Mapping[str, Sequence[str]]]  # by kind of task and side


def written_phrasings(
    name: str, task: TaskSettings, templates: Templates
) -> dict[str, dict[str, str]]:
    """`train` and `held_out` as a file of phrasings holds them, id to text.

    Texts of the task's own entry are taken as they are, and else built from `templates`, the content of
    resources/phrasing_templates.yaml. An id is the place of its text.
    """
    if isinstance(task.phrasings, WrittenPhrasings):
        sides = dict(task.phrasings)
    else:
        words = label_words(task).replace("{", "{{").replace("}", "}}")
        sides = {
            side: [_sentence(text.replace("{label}", words)) for text in texts]
            for side, texts in templates[task.kind].items()
        }
    return {
        "train": _with_ids(name, sides["train"]),
        "held_out": _with_ids(f"{name}-held", sides["held_out"]),
    }


def label_words(task: TaskSettings) -> str:
    """The label column in words, without the unit behind it: walking_speed_m_s is walking speed."""
    words = task.label.replace("_", " ").strip()
    unit = re.sub(r"\W+", " ", task.unit).strip()
    return words.removesuffix(f" {unit}") or words


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _with_ids(prefix: str, texts: Sequence[str]) -> dict[str, str]:
    return {f"{prefix}-{number:02d}": text for number, text in enumerate(texts, start=1)}
