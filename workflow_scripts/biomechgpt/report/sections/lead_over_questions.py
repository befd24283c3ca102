"""How far models that read movement in different ways are ahead, over all questions together."""

from collections.abc import Mapping

import pandas as pd

from biomechgpt.report.page.blocks import Block, Cell, Heading, Paragraph, TableBlock, no_table
from biomechgpt.report.page.wording import bounds, count, difference, number, verdict_cell
from biomechgpt.report.results import Results
from biomechgpt.report.sections.ways_of_reading import counterpart, references, way_of
from biomechgpt.settings.run_settings import RunSettings

CAPTION = (
    "Mean over questions, each on a scale of its own: 0 is the better of chance and of the most frequent "
    "label or median, 1 the strongest other simple method, both on these test participants. A difference "
    "is divided by the distance between the two. Intervals resample participants and take the scale as "
    "fixed; a verdict is that of its interval. Discrete and text are the first models of this motion with "
    "the same base and tokenizer."
)
NO_SCALE = (
    "No simple method can be told from chance on any question, so there is no mean over questions."
)


def lead_over_questions(results: Results, settings: RunSettings) -> list[Block]:
    """A row a model: its mean over questions and its mean lead; nothing of a single model."""
    if len(settings.variants) < 2:
        return []
    table = results.table("mean_differences")
    if table is None:
        return [no_table("mean_differences")]
    if table.empty:
        return [Paragraph(NO_SCALE, "quiet")]
    key = [table["variant"], table["against"], table["other"].fillna("")]
    leads = dict(zip(zip(*key, strict=True), table.itertuples(), strict=True))
    motions = references(settings)
    head = ["model", "base", "mean", "minus strongest simple method"]
    head += [*(f"minus {motion}" for motion in motions), "questions", "participants"]
    rows = [_row(leads, settings, name, motions) for name in settings.variants]
    return [
        Heading("Over all questions"),
        TableBlock(f"{CAPTION} {_left_out(results, table)}", head, rows, n_text=2),
    ]


def _row(
    leads: Mapping[tuple[str, str, str | None], tuple],
    settings: RunSettings,
    name: str,
    motions: list[str],
) -> list[Cell | str]:
    """`leads` are by variant, against, other."""
    variant, level = settings.variants[name], leads.get((name, "uninformed", ""))
    others = [counterpart(settings, name, motion) for motion in motions]
    return [
        Cell(name, way_of(settings, name)),
        Cell(variant.base_model, variant.tokenizer),
        Cell(number(level.difference), bounds("share", level.low, level.high)) if level else "–",
        _lead(leads.get((name, "strongest", ""))),
        *(_lead(leads.get((name, "model", other))) for other in others),
        count(level.n_questions) if level else "–",
        count(level.n_participants) if level else "–",
    ]


def _lead(row: tuple | None) -> Cell | str:
    return "–" if row is None else verdict_cell(row.verdict, difference("share", row))


def _left_out(results: Results, table: pd.DataFrame) -> str:
    """Which questions have no scale."""
    counted = set(", ".join(table["questions"]).split(", "))
    left_out = [task.title for task in results.tasks if task.name not in counted]
    if not left_out:
        return "Every question counts."
    return f"Left out, since no simple method can be told from chance there: {', '.join(left_out)}."
