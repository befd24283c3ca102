"""The tables of the paper for this cohort: as Parquet for programs, and as CSV that a spreadsheet
opens without running anything.
"""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from biomechgpt.evaluation import paper
from biomechgpt.evaluation.evaluate import Evaluation
from biomechgpt.evaluation.leakage import Audit
from biomechgpt.files import replacing
from biomechgpt.spreadsheets import harmless

CLASS_COLUMNS = ("precision", "recall", "f1", "support", "participants")
_PARQUET = ("metrics", "answers")  # written as such


def _cells(metric: str) -> dict[str, tuple[str, str]]:
    """Columns of a table: by name the metric, and the column of its mean row that is shown."""
    return {metric: (metric, "value")} | {
        f"{metric}_{n}": (metric, n) for n in ("sd", "low", "high")
    }


def _sizes(metric: str) -> dict[str, tuple[str, str]]:
    return {name: (metric, name) for name in ("n_participants", "n_trials")}


CLASSIFICATION_CELLS = _cells("weighted_f1") | _cells("macro_f1") | _sizes("weighted_f1")
REGRESSION_CELLS = {
    **_cells("r"), "slope": ("slope", "value"), "p": ("p", "value"), **_cells("mae"), **_sizes("mae"),
}  # fmt: skip


def classification_table(
    metrics: pd.DataFrame, paper_tasks: Mapping[str, str], reading: str = "answer"
) -> pd.DataFrame:
    """Table 2: a row a model, columns (task, measure); the last rows are the paper's.

    `paper_tasks` names the task of the paper that a task repeats.
    """
    rows = metrics[(metrics["kind"] == "classification") & (metrics["reading"] == reading)]
    reference = _of_tasks(paper.WEIGHTED_F1, paper_tasks)
    return _table(rows, CLASSIFICATION_CELLS, reference, "weighted_f1", paper_tasks)


def regression_table(metrics: pd.DataFrame, paper_tasks: Mapping[str, str]) -> pd.DataFrame:
    """Table 3: a row a model, columns (task, measure); p is the largest of the seeds."""
    rows = metrics[(metrics["kind"] == "regression") & (metrics["reading"] == "answer")]
    return _table(rows, REGRESSION_CELLS, _of_tasks(paper.PEARSON_R, paper_tasks), "r", paper_tasks)


def _of_tasks(reference: dict, paper_tasks: Mapping[str, str]) -> dict:
    """The paper's rows with the names that this run has for its tasks."""
    return {
        model: {own: tasks[theirs] for own, theirs in paper_tasks.items() if theirs in tasks}
        for model, tasks in reference.items()
    }


def pool_table_one(counts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Table 1 from the counts of every fold (one DataFrame a fold).

    Tested people and samples are summed, since each is tested once; those of training and
    validation are the median of the folds.
    """
    if len(counts) == 1:
        return counts[0]
    by_task = pd.concat(counts).groupby("task", sort=False)
    pooled = by_task.median().round().astype(int)
    tested = [name for name in pooled if name.startswith("test_")]
    pooled[tested] = by_task[tested].sum()
    return pooled.reset_index()


def _table(
    rows: pd.DataFrame, cells: dict, reference: dict, headline: str, paper_tasks: Mapping[str, str]
) -> pd.DataFrame:
    means = rows[(rows["split"] == "test") & (rows["seed"] == "mean") & (rows["label"] == "")]
    tasks, models = means["task"].unique(), means["variant"].unique()
    by_key = means.set_index(["variant", "task", "metric"])
    table = {
        (task, name): {
            model: by_key.at[(model, task, metric), column]
            for model in models
            if (model, task, metric) in by_key.index
        }
        | _reference_cells(reference, task, name, headline, paper_tasks)
        for task in tasks
        for name, (metric, column) in cells.items()
    }
    columns = pd.MultiIndex.from_product([tasks, list(cells)], names=["task", "measure"])
    frame = pd.DataFrame(table, index=[*models, *reference], columns=columns, dtype=np.float64)
    return frame.rename_axis(index="model").dropna(how="all")


def _reference_cells(
    reference: dict, task: str, name: str, headline: str, paper_tasks: Mapping[str, str]
) -> dict:
    """The paper's cells of one column: its mean, its SD or the size of its test set."""
    known = {model: tasks[task] for model, tasks in reference.items() if task in tasks}
    place = {headline: 0, f"{headline}_sd": 1}
    if name in place:
        return {model: pair[place[name]] for model, pair in known.items()}
    place = {"n_participants": 0, "n_trials": 1}
    return {
        model: paper.TEST_SIZE[paper_tasks[task]][place[name]] for model in known if name in place
    }


def write_tables(
    evaluation: Evaluation,
    table_one: pd.DataFrame,
    folder: os.PathLike,
    paper_tasks: Mapping[str, str],
    audit: Audit | None = None,
    gates: pd.DataFrame | None = None,
    mean_differences: pd.DataFrame | None = None,
) -> None:
    """Write every table that docs/contracts.md names, the last three where they were made.

    The CSV file of a table is for people: labels that a spreadsheet would run are quoted in it.
    """
    measured = evaluation.metrics
    means = measured[(measured["split"] == "test") & (measured["seed"] == "mean")]
    long = {name: table for name, table in evaluation._asdict().items() if name not in _PARQUET}
    tables = {
        "table1": table_one,
        "table2": _flat(classification_table(measured, paper_tasks)),
        "table2_text": _flat(classification_table(measured, paper_tasks, "text")),
        "table3": _flat(regression_table(measured, paper_tasks)),
        "measures": means.drop(columns=["split", "seed"]),
        "classes": class_table(means),
        **long,
    }
    if audit is not None:
        tables |= {"leakage": audit.checks, "fold_sizes": audit.sizes}
    if gates is not None:
        tables["gates"] = gates
    if mean_differences is not None:
        tables["mean_differences"] = mean_differences
    with replacing(folder) as temporary:
        temporary.mkdir()
        for name, table in tables.items():
            table.to_parquet(temporary / f"{name}.parquet", index=False)
            harmless(table).to_csv(temporary / f"{name}.csv", index=False, lineterminator="\n")


def class_table(means: pd.DataFrame) -> pd.DataFrame:
    """A row a class: precision, recall, f1, support and participants, means over the seeds."""
    rows = means[means["label"] != ""]
    keys, names = ["task", "variant", "reading", "label"], list(CLASS_COLUMNS)
    wide = rows.pivot_table(index=keys, columns="metric", values="value", sort=False)
    return wide.reindex(columns=names).reset_index().rename_axis(columns=None)


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    flat = table.set_axis([f"{task} {measure}" for task, measure in table.columns], axis=1)
    cohort = [paper.COHORT if name.startswith("paper:") else "this cohort" for name in flat.index]
    flat.insert(0, "cohort", cohort)
    return flat.reset_index(names="model")


def read_table(path: os.PathLike) -> pd.DataFrame:
    """A Parquet table that `write_tables` wrote; an empty cell is NaN."""
    table = pd.read_parquet(path)
    return table.mask(table == "")
