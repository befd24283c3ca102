"""What was asked of whom: Table 1, the tasks left out, and whether questions apply."""

from collections.abc import Mapping, Sequence
from os import PathLike

import pandas as pd

from biomechgpt.evaluation import paper
from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.questions.gates import SURE
from biomechgpt.questions.tasks import only_if
from biomechgpt.report.page.blocks import Cell, Sentences, TableBlock
from biomechgpt.report.page.wording import count, people
from biomechgpt.report.results import Results
from biomechgpt.settings.tasks_section import Tasks


def table_one(counts: pd.DataFrame, paper_tasks: Mapping[str, str]) -> list:
    """Table 1: participants and samples a task; the paper's test set beside them."""
    columns = [name for name in counts if name != "task"]
    rows = [
        [
            plain(row["task"]),
            *(count(row[name]) for name in columns),
            Cell(people(*size) if size else "–", tone="quiet"),
        ]
        for row in counts.to_dict("records")
        for size in [paper.TEST_SIZE.get(paper_tasks.get(row["task"]))]
    ]
    head = ["question", *(name.replace("_", " ") for name in columns)]
    caption = (
        "Table 1. Participants and samples of each kind of question; one sample is one question "
        "on one trial. With several folds test figures are summed and the others are medians."
    )
    return [TableBlock(caption, [*head, Cell("paper, tested", paper.COHORT, "quiet")], rows)]


def left_out(tables: Sequence[PathLike], least: int) -> list:
    """The tasks that some fold leaves out, and why; [] where none is."""
    by_fold = [pd.read_parquet(path) for path in tables]
    rows = pd.concat(by_fold) if by_fold else pd.DataFrame()
    if rows.empty:
        return []
    sentences = [
        (
            plain(task),
            f"left out in {len(folds)} of {len(by_fold)} folds: {folds['reason'].iloc[0]}.",
        )
        for task, folds in rows.groupby("task", sort=False)
    ]
    rule = f"is asked only if at least {least} training participants have its label."
    return [Sentences([("a question", rule), *sentences])]


def gates(results: Results, tasks: Tasks) -> list:
    """How often the first variant's own answers close or open a question wrongly; [] without table."""
    table = results.table("gates")
    if table is None or table.empty:
        return []
    own = table[table["variant"] == results.variants[0]]
    rows = [
        [
            Cell(plain(row.task), only_if(tasks[row.task])),
            "applies" if row.applies == "yes" else "does not apply",
            *(_share(n, row) for n in (row.own_yes, row.own_unknown, row.own_no)),
            count(row.not_followed),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in own.itertuples()
    ]
    caption = (
        "Where no label is known, the model's own earlier answers decide whether a question is asked: a "
        f"yes or no counts from a calibrated probability of {100 * SURE:.0f} %; otherwise the question is "
        "asked with a caution. Test participants, answers of all seeds. A question that applies but is "
        "closed is missed; one that does not apply but is open is asked in vain. Not followed: unclear "
        "because an earlier question was never asked of the trial, which has no label for it."
    )
    head = ["question", "by label", "own answers: yes", "unclear", "no", "not followed"]
    return [TableBlock(caption, [*head, "participants", "trials"], rows, n_text=2)]


def _share(n: int, row) -> Cell:
    n_answers = row.own_yes + row.own_unknown + row.own_no
    return Cell(f"{100 * n / n_answers:.0f} %", f"{n} of {n_answers}")
