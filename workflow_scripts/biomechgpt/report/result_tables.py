"""The full tables on how well the questions were answered: Tables 1 to 3 and all that stands
behind.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biomechgpt.evaluation import paper, tables
from biomechgpt.evaluation.figures import plain
from biomechgpt.evaluation.intervals import T_TEST_PARTICIPANTS
from biomechgpt.evaluation.multiplicity import draws_needed
from biomechgpt.report.blocks import (
    Cell,
    Table,
    Text,
    bounds,
    count,
    difference,
    level,
    number,
    people,
    short,
)
from biomechgpt.report.glance import verdict
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
        table = tables.classification_table(results.metrics, results.paper_tasks, reading)
        if reading != "answer":  # the paper reads the generated text
            table = table[~table.index.str.startswith("paper:")]
        if len(table):
            cells = _task_table(table, _classification_cell)
            blocks.append(Table(caption, *cells))
    return blocks or [Text("No classification question was answered.", "quiet")]


def regression(results: Results) -> list:
    """Table 3."""
    table = tables.regression_table(results.metrics, results.paper_tasks)
    if not len(table):
        return [Text("No question with a number for its answer was answered.", "quiet")]
    caption = (
        "Table 3. Numbers: Pearson r, mean ± SD over seeds (n/a: fitted once); below it slope of the "
        "answer on the truth, p (largest of the seeds; trials of one person are not independent, so it is "
        "too small) and mean absolute error (MAE). A number that cannot be read counts in MAE as the"
        " end of the observed range farthest from the truth; r, slope and p are of the readable "
        "ones."
    )
    return [Table(caption, *_task_table(table, _regression_cell))]


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
    p = "–" if not np.isfinite(values["p"]) else _p(values["p"])
    sub = f"slope {number(values['slope'])}, p {p}\nMAE {short(values['mae'])}"
    return Cell(text, f"{sub} {_range(values, 'mae')}")


def _p(value: float) -> str:
    return "< 0.0001" if value < 1e-4 else f"= {value:.4f}"


def _plus_minus(sd: float, of_the_paper: bool) -> str:
    """The SD over seeds; of the paper's figures some have none."""
    if np.isfinite(sd):
        return f" ± {sd:.2f}"
    return "" if of_the_paper else " ± n/a"


def _range(values: pd.Series, name: str) -> str:
    ends = bounds(name, values[f"{name}_low"], values[f"{name}_high"])
    return ends or "(interval not estimable)"


def on_training(results: Results) -> list:
    """The headline measures on the participants that were trained on, nothing if they were not asked."""
    m = results.on_training
    means = m[(m["seed"] == "mean") & (m["reading"] == "answer") & (m["label"] == "")]
    means = means[means["metric"] == means["kind"].map(PRIMARY)]
    if means.empty:
        return []
    tasks = means.drop_duplicates("task")
    head = [
        Cell(plain(t.task), f"{NAMES[t.metric]}, {people(t.n_participants, t.n_trials)}")
        for t in tasks.itertuples()
    ]
    found = means.set_index(["variant", "task"])["value"]
    rows = [
        [
            Cell(name),
            *(
                Cell(level(t.metric, found[name, t.task]) if (name, t.task) in found.index else "–")
                for t in tasks.itertuples()
            ),
        ]
        for name in means["variant"].unique()
    ]
    caption = (
        "What was learnt by heart: the same measures on training participants, asked in training "
        "phrasings, mean of the seeds. They say nothing about people who were not trained on."
    )
    return [Table(caption, ["model", *head], rows)]


def comparisons(results: Results) -> list:
    """Every paired difference of a language model with its interval and verdict."""
    mine = results.comparisons[results.comparisons["variant"].isin(results.variants)]
    rows = [
        [
            plain(row.task),
            row.variant,
            row.other,
            NAMES[row.metric],
            difference(row.metric, row),
            number(row.p, 4),
            Cell(number(row.adjusted_p, 4), f"of {row.n_comparisons}"),
            verdict(row)._replace(sub=_before(row)),
            count(row.n_participants),
            count(row.n_trials),
        ]
        for row in mine.itertuples()
    ]
    if not rows:
        return [Text("There is no baseline to compare with.", "quiet")]
    caption = (
        "Paired differences on the same trials and the same bootstrap draws, signed so that "
        "positive means better (for the mean absolute error: how much smaller it is). The verdict is "
        "that of the adjusted p; where the interval alone says another, that stands under it."
    )
    head = ["question", "model", "compared with", "measure", "difference [95 % interval]", "p"]
    head += ["adjusted p", "verdict", "participants", "trials"]
    return [Text(number_of_comparisons(results)), Table(caption, head, rows, n_text=4, long=True)]


def number_of_comparisons(results: Results) -> str:
    """How many comparisons were made, and how many verdicts their number leaves."""
    rows = results.headline_comparisons
    told = [(rows[name].isin(("above", "below"))).sum() for name in ("verdict", "adjusted_verdict")]
    return (
        f"{len(rows)} comparisons in headline measures (macro F1, mean absolute error), and as many in "
        f"weighted F1 and r. {told[0]} of their intervals exclude 0; {told[1]} verdicts remain when p "
        "is adjusted by Holm's method within each family, one model against another over all questions."
        f" Under {T_TEST_PARTICIPANTS} participants p is the larger one of bootstrap and paired t-test."
        + _too_few_draws(results.draws, rows["n_comparisons"].max())
    )


def _too_few_draws(draws: int, largest_family: float) -> str:
    """A warning where not even the least p that the bootstrap can give would stand."""
    needed = draws_needed(largest_family) if largest_family > 0 else 0
    if draws >= needed:
        return ""
    return (
        f" {draws} draws cannot leave a verdict in a family of {largest_family:.0f}: "
        f"evaluate.bootstrap_draws needs {needed} or more."
    )


def _before(row) -> str:
    """The verdict of the interval alone where adjustment changed it."""
    return "" if row.verdict == row.adjusted_verdict else f"{row.verdict} before adjustment"


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
    return [Table(caption, head, rows, n_text=2)]


def table_one(counts: pd.DataFrame, paper_tasks: Mapping[str, str]) -> list:
    """Table 1: participants and samples a task; the paper's test set beside them."""
    columns = [name for name in counts if name != "task"]
    rows = [
        [
            plain(row["task"]),
            *(count(row[name]) for name in columns),
            Cell(_paper_size(paper_tasks.get(row["task"])), tone="quiet"),
        ]
        for row in counts.to_dict("records")
    ]
    head = ["question", *(name.replace("_", " ") for name in columns)]
    caption = (
        "Table 1. Participants and samples of each kind of question; one sample is one question "
        "on one trial. With several folds test figures are summed and the others are medians."
    )
    return [Table(caption, [*head, Cell("paper, tested", paper.COHORT, "quiet")], rows)]


def _paper_size(task: str | None) -> str:
    size = paper.TEST_SIZE.get(task)
    return people(*size) if size else "–"
