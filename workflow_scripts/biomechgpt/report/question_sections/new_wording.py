"""Whether a model answers as well when it is asked in words that no training saw."""

import pandas as pd

from biomechgpt.questions.tasks import Task
from biomechgpt.report.page.blocks import Block, Paragraph, Sentences, TableBlock, no_table
from biomechgpt.report.page.wording import count, level
from biomechgpt.report.results import NAMES
from biomechgpt.report.sections.task_sentences import verdict


def phrasings(table: pd.DataFrame | None) -> list[Block]:
    """The headline measure on the same trials, asked in words seen in training and in new ones."""
    if table is None:
        return [no_table("phrasings")]
    rows = [
        [
            NAMES.get(row.metric, row.metric),
            level(row.metric, row.seen),
            level(row.metric, row.held_out),
            verdict(row),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in table.itertuples()
    ]
    if not rows:
        text = "Every test question was asked in a held-out phrasing, none in a training phrasing."
        return [
            Paragraph(f"{text} All figures above are of phrasings the model never saw.", "quiet")
        ]
    caption = (
        "The same trials asked in training phrasings and in held-out ones; the difference is "
        "positive where the held-out ones do better."
    )
    head = ["measure", "training phrasings", "held-out phrasings", "difference"]
    return [TableBlock(caption, [*head, "participants", "trials"], rows)]


def built(task: Task | None) -> list[Block]:
    """That nobody wrote the ways to ask, and what they are; [] for None, a task with phrasings."""
    if task is None:
        return []
    text = (
        "Nobody wrote how to ask this question: its phrasings were built from label, unit and options, and "
        "say no more than these. docs/tasks.md says how to write better ones."
    )
    sides = (("in training", task.train), ("in validation and test", task.held_out))
    shown = [(side, " / ".join(p.text for p in phrasings)) for side, phrasings in sides]
    return [Paragraph(text), Sentences(shown)]
