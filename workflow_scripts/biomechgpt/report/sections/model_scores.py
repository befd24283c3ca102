"""How well every model answered: Tables 2 and 3 of the paper, and what else is counted of answers."""

import numpy as np
import pandas as pd

from biomechgpt.evaluation import paper
from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.evaluation.result_tables import classification_table, regression_table
from biomechgpt.report.page.blocks import Cell, Paragraph, TableBlock
from biomechgpt.report.page.wording import bounds, count, level, number, people, short
from biomechgpt.report.results import NAMES, PRIMARY, Results


def classification(results: Results) -> list:
    """Table 2 twice: the most probable option, and what the generated text says."""
    captions = {
        "answer": "Table 2. Classification: weighted F1 (comparable with the paper), mean ± SD "
        "over seeds (n/a: fitted once); below it macro F1 with its 95 % interval. The answer is "
        "the most probable of the options, all of which are scored.",
        "text": "Table 2 as the paper reads it: the freely generated text counts; one that names no "
        "option counts as wrong.",
    }
    blocks = []
    for reading, caption in captions.items():
        table = classification_table(results.metrics, results.paper_tasks, reading)
        if reading != "answer":  # the paper reads the generated text
            table = table[~table.index.str.startswith("paper:")]
        if len(table):
            cells = _task_table(table, _classification_cell)
            blocks.append(TableBlock(caption, *cells))
    return blocks or [Paragraph("No classification question was answered.", "quiet")]


def regression(results: Results) -> list:
    """Table 3."""
    table = regression_table(results.metrics, results.paper_tasks)
    if not len(table):
        return [Paragraph("No question with a number for its answer was answered.", "quiet")]
    caption = (
        "Table 3. Numbers: Pearson r, mean ± SD over seeds (n/a: fitted once); below it slope of the "
        "answer on the truth, p (largest of the seeds; trials of one person are not independent, so it is "
        "too small) and mean absolute error (MAE). A number that cannot be read counts in MAE as the"
        " end of the observed range farthest from the truth; r, slope and p are of the readable "
        "ones."
    )
    return [TableBlock(caption, *_task_table(table, _regression_cell))]


def _task_table(table: pd.DataFrame, cell) -> tuple[list, list]:
    """Head and rows of Table 2 or 3: a row a model, a column a task."""
    tasks = table.columns.get_level_values("task").unique()
    ours = [name for name in table.index if not name.startswith("paper:")]
    sizes = {task: table.loc[ours, task].dropna(how="all").iloc[0] for task in tasks}
    head = [
        Cell(plain(task), people(sizes[task]["n_participants"], sizes[task]["n_trials"]))
        for task in tasks
    ]
    rows = [
        [
            Cell(name, "" if name in ours else paper.COHORT, "" if name in ours else "quiet"),
            *(cell(table.loc[name, task], name not in ours) for task in tasks),
        ]
        for name in table.index
    ]
    return ["model", *head], rows


def _classification_cell(values: pd.Series, of_the_paper: bool) -> Cell:
    if not np.isfinite(values["weighted_f1"]):
        return Cell("–")
    text = number(values["weighted_f1"]) + _plus_minus(values["weighted_f1_sd"], of_the_paper)
    if of_the_paper:
        return Cell(text, people(values["n_participants"], values["n_trials"]), "quiet")
    return Cell(text, f"macro {number(values['macro_f1'])} {_range(values, 'macro_f1')}")


def _regression_cell(values: pd.Series, of_the_paper: bool) -> Cell:
    text = number(values["r"]) + _plus_minus(values["r_sd"], of_the_paper)
    if of_the_paper:
        sub = people(values["n_participants"], values["n_trials"])
        return Cell(text, sub if np.isfinite(values["n_participants"]) else "", "quiet")
    p = "–"
    if np.isfinite(values["p"]):
        p = "< 0.0001" if values["p"] < 1e-4 else f"= {values['p']:.4f}"
    sub = f"slope {number(values['slope'])}, p {p}\nMAE {short(values['mae'])}"
    return Cell(text, f"{sub} {_range(values, 'mae')}")


def _plus_minus(sd: float, of_the_paper: bool) -> str:
    """The SD over seeds; of the paper's figures some have none."""
    if np.isfinite(sd):
        return f" ± {sd:.2f}"
    return "" if of_the_paper else " ± n/a"


def _range(values: pd.Series, name: str) -> str:
    ends = bounds(name, values[f"{name}_low"], values[f"{name}_high"])
    return ends or "(interval not estimable)"


def on_training(results: Results) -> list:
    """The headline measures on training participants, nothing if those were not asked."""
    m = results.on_training
    means = m[(m["seed"] == "mean") & (m["reading"] == "answer") & (m["label"] == "")]
    means = means[means["metric"] == means["kind"].map(PRIMARY)]
    if means.empty:
        return []
    tasks = list(means.drop_duplicates("task").itertuples())
    values = means.set_index(["variant", "task"])["value"]
    head = [
        Cell(plain(t.task), f"{NAMES[t.metric]}, {people(t.n_participants, t.n_trials)}")
        for t in tasks
    ]
    rows = [
        [Cell(name), *(Cell(level(t.metric, values.get((name, t.task)))) for t in tasks)]
        for name in means["variant"].unique()
    ]
    caption = (
        "What was learnt by heart: the same measures on training participants, asked in training "
        "phrasings, mean of the seeds. They say nothing about people who were not trained on."
    )
    return [TableBlock(caption, ["model", *head], rows)]


def unreadable(results: Results) -> list:
    """How many answers could not be read."""
    rows = [
        [
            plain(row.task),
            row.variant,
            count(row.unreadable),
            count(row.answers),
            f"{100 * row.unreadable / row.answers:.1f} %",
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in results.unreadable.itertuples()
        if row.variant in results.variants
    ]
    caption = "Generated answers of all seeds that name none of the options, or hold no number."
    head = ["question", "model", "unreadable", "answers", "share", "participants", "trials"]
    return [TableBlock(caption, head, rows, n_text=2)]
