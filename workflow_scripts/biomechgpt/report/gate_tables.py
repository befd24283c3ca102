"""Whether questions are put where they apply, and which were not put at all."""

from collections.abc import Mapping, Sequence
from os import PathLike

import pandas as pd

from biomechgpt.evaluation.figures import plain
from biomechgpt.questions.gates import SURE
from biomechgpt.questions.tasks import only_if
from biomechgpt.report.blocks import Cell, Sentences, Table, count
from biomechgpt.report.results import Results


def gates(results: Results, tasks: Mapping[str, Mapping]) -> list:
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
        "Where no label is known, the model's own earlier answers decide whether a question is asked: yes "
        f"and no from {100 * SURE:.0f} % calibrated probability on, else it is asked with a caution. Test "
        "participants, answers of all seeds. A question that applies and is closed is missed; one that "
        "does not apply and is open is asked in vain. Not followed: unclear because an earlier question "
        "was never asked of the trial, which has no label for it."
    )
    head = ["question", "by label", "own answers: yes", "unclear", "no", "not followed"]
    return [Table(caption, [*head, "participants", "trials"], rows, n_text=2)]


def _share(n: int, row) -> Cell:
    n_answers = row.own_yes + row.own_unknown + row.own_no
    return Cell(f"{100 * n / n_answers:.0f} %", f"{n} of {n_answers}")


def left_out(tables: Sequence[PathLike], least: int) -> list:
    """The tasks that some fold leaves out, and why; [] where none is."""
    by_fold = [pd.read_csv(path, sep="\t", keep_default_na=False) for path in tables]
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
    rule = f"is asked from {least} training participants with its label on."
    return [Sentences([("a question", rule), *sentences])]
