"""The figures of a run that README and docs quote, as a small folder that is committed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.evaluation.result_tables import read_table
from biomechgpt.files import replacing
from biomechgpt.report.quoted.example import example_of_run
from biomechgpt.report.results import Results, read_results
from biomechgpt.report.run_description import read_run_description
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.splits.folds_file import SPLITS

REMEDY = "Run `make run`, then `make figures-in-docs`."
EXAMPLE = "example.json"
COLUMNS = {
    "figures": (
        *("task", "kind", "model", "metric", "value", "low", "high", "verdict"),
        *("n_participants", "n_trials"),
    ),
    "unreadable": ("task", "answers", "unreadable"),
    "fold_sizes": ("fold", "split", "participants", "trials"),
    "labels": ("task", "participants"),
}
TEXT = dict.fromkeys(("task", "kind", "model", "metric", "verdict", "fold", "split"), str)


class Record(NamedTuple):
    """What is quoted of one run; the columns of each table stand in `COLUMNS`.

    `run` is its `run.json` with the mean length of a trial. `figures` has a row a (task, model,
    metric): mean over the seeds, 95 % interval over participants, and the verdict, adjusted for the
    number of comparisons, on the first variant against this model (above: the variant is better).
    `unreadable` counts the first variant's generated texts, `fold_sizes` the participants and
    trials of each side of the split, `labels` the participants whom a question is about. `example` is
    the trial of the picture (`example_of_run`).
    """

    run: dict
    figures: pd.DataFrame
    unreadable: pd.DataFrame
    fold_sizes: pd.DataFrame
    labels: pd.DataFrame
    example: dict

    @property
    def settings(self) -> RunSettings:
        """What the run was set to."""
        return RunSettings.model_validate(self.run["config"])


def figures_of_run(folder: os.PathLike) -> Record:
    """What is quoted of a finished run.

    Args:
        folder: The run's results, such as `results/`.

    Raises:
        InputError: A table is missing or lacks a column, or `run.json` has another format.
    """
    folder = Path(folder)
    run = read_run_description(folder / "run.json")
    settings = RunSettings.model_validate(run["config"])
    tables = [f"tables/{name}" for name in ("comparisons", "unreadable", "fold_sizes", "table1")]
    for name in ("metrics", "trials", "answers", *tables):
        _check_there(folder / f"{name}.parquet")
    durations_s = pd.read_parquet(folder / "trials.parquet", columns=["duration_s"])["duration_s"]
    results = read_results(folder / "metrics.parquet", folder / "tables", settings)
    texts = results.unreadable
    fold_sizes = read_table(folder / "tables/fold_sizes.parquet")
    return Record(
        run=run | {"mean_trial_s": round(durations_s.mean(), 2)},
        figures=pd.DataFrame(_figures(results), columns=COLUMNS["figures"]),
        unreadable=_columns(texts[texts["variant"] == results.variants[0]], folder, "unreadable"),
        fold_sizes=_columns(fold_sizes, folder, "fold_sizes"),
        labels=_labels(folder / "tables/table1.parquet", fold_sizes["fold"].nunique()),
        example=example_of_run(folder, settings),
    )


def write_record(record: Record, folder: os.PathLike) -> None:
    """Write `run.json`, `example.json`, and a CSV file a table, with six significant digits."""
    with replacing(folder) as temporary:
        temporary.mkdir()
        _write_json(record.run, temporary / "run.json", indent=1)
        _write_json(record.example, temporary / EXAMPLE)
        for name in COLUMNS:
            table = getattr(record, name)
            path = temporary / f"{name}.csv"
            table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def read_record(folder: os.PathLike) -> Record:
    """Read what `write_record` wrote.

    Raises:
        InputError: A file is missing, lacks a column, or has another format.
    """
    folder = Path(folder)
    run = read_run_description(folder / "run.json")
    tables = {name: _read(folder / f"{name}.csv", name) for name in COLUMNS}
    _check_there(folder / EXAMPLE)
    example = json.loads((folder / EXAMPLE).read_text(encoding="utf-8"))
    return Record(run, **tables, example=example)


def _write_json(content: dict, path: Path, indent: int | None = None) -> None:
    text = json.dumps(content, indent=indent, ensure_ascii=False)
    path.write_text(f"{text}\n", encoding="utf-8")


def _figures(results: Results) -> Iterator[tuple]:
    for task in results.tasks:
        for model in (*results.variants, *results.baselines):
            for metric in (task.headline, task.second):
                row = results.mean(model, task.name, metric)
                if row is not None:
                    compared = results.difference(results.variants[0], model, task.name, metric)
                    verdict = "" if compared is None else compared.adjusted_verdict
                    interval = (row.value, row.low, row.high, verdict)
                    size = (row.n_participants, row.n_trials)
                    yield (task.name, task.kind, model, metric, *interval, *size)


def _labels(table_one: Path, n_folds: int) -> pd.DataFrame:
    """The participants of each task: all sides of a single split, or those tested in any fold."""
    table = read_table(table_one)
    counted = [f"{split}_participants" for split in (SPLITS if n_folds == 1 else ("test",))]
    participants = table[counted].sum(axis=1)
    return table[["task"]].assign(participants=participants)


def _read(path: Path, name: str) -> pd.DataFrame:
    _check_there(path)
    table = pd.read_csv(path, keep_default_na=False, na_values=[""], dtype=TEXT)
    return _columns(table, path, name)


def _check_there(path: Path) -> None:
    if not path.is_file():
        raise InputError(f"{path} is missing. {REMEDY}")


def _columns(table: pd.DataFrame, path: Path, name: str) -> pd.DataFrame:
    """The columns that are quoted, texts without missing values."""
    absent = [column for column in COLUMNS[name] if column not in table]
    if absent:
        raise InputError(
            f"{path}: table '{name}' has no column '{absent[0]}'; another version wrote it. {REMEDY}"
        )
    table = table[list(COLUMNS[name])].reset_index(drop=True)
    texts = [column for column in TEXT if column in table]
    return table.fillna(dict.fromkeys(texts, ""))
