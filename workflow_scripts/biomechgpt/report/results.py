"""What the evaluation measured on test participants, and how to ask for one figure of it."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.evaluation.paper import paper_tasks
from biomechgpt.evaluation.result_tables import read_table
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.tasks_section import Tasks

PRIMARY = {"classification": "macro_f1", "regression": "mae"}
SECONDARY = {"classification": "weighted_f1", "regression": "r"}
NAMES = {
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "accuracy": "accuracy",
    "mae": "mean absolute error",
    "r": "Pearson r",
}


class AnsweredTask(NamedTuple):
    """A task that the first variant answered on test participants.

    `title` is its name for reading, `unit` that of its numbers, `detectable` the minimal detectable
    change in this unit, NaN where there is none, `caution` what the configuration says of its
    figures, `headline` and `second` the two measures that stand first.
    """

    name: str
    kind: str  # classification | regression
    title: str
    unit: str
    detectable: float
    caution: str
    headline: str
    second: str
    n_participants: int
    n_trials: int


class Results(NamedTuple):
    """All that was measured on test participants.

    `on_training` are the metrics on training participants, empty unless those were asked,
    `on_validation` those on validation participants. `simple` are the baselines that learnt from true
    labels; `xgboost`, `chance` and `majority` are those that are the paper's baseline, the same on
    shuffled labels, and the most frequent label (median), by what they are and not by their names.
    `paper_tasks` names the task of the paper that a task repeats. `vote_by` is the label whose trials
    vote together, None for those of a participant.
    `means` is by model, task, metric and reading, `differences` by variant, other, task and metric.
    `draws` is how often the bootstrap drew, `folder` holds the tables.
    """

    metrics: pd.DataFrame
    tasks: Sequence[AnsweredTask]
    means: dict[tuple[str, str, str, str], tuple]
    comparisons: pd.DataFrame
    differences: dict[tuple[str, str, str, str], tuple]
    unreadable: pd.DataFrame
    on_training: pd.DataFrame
    on_validation: pd.DataFrame
    variants: Sequence[str]
    baselines: Sequence[str]
    simple: Sequence[str]
    xgboost: str | None
    chance: str | None
    majority: str | None
    paper_tasks: dict[str, str]
    vote_by: str | None
    draws: int
    folder: Path

    def mean(
        self, model: str | None, task: str, metric: str, reading: str = "answer"
    ) -> tuple | None:
        """The mean over seeds with sd, low and high, None where the model lacks the task."""
        return self.means.get((model, task, metric, reading))

    def means_of(self, task: AnsweredTask, models: Iterable[str | None]) -> dict[str, tuple]:
        """The headline measure of those of the models that answered the task, by model."""
        rows = {name: self.mean(name, task.name, task.headline) for name in models}
        return {name: row for name, row in rows.items() if row is not None}

    def difference(self, variant: str, other: str | None, task: str, metric: str) -> tuple | None:
        """The paired difference with its interval and verdicts, None where there is none."""
        turned = self.differences.get((other, variant, task, metric))
        if turned is not None:
            return _turned(turned)
        return self.differences.get((variant, other, task, metric))

    def lead(self, task: AnsweredTask, other: str | None) -> tuple | None:
        """How far the first variant is ahead of another model in the headline measure, if compared."""
        return self.difference(self.variants[0], other, task.name, task.headline)

    def strongest(self, task: AnsweredTask) -> str | None:
        """The simple method with the best headline measure, None where none answers the task."""
        return self.best_of(self.simple, task)

    def uninformed(self, task: AnsweredTask) -> str | None:
        """The better of chance and majority, the two that know nothing of the movement."""
        return self.best_of((self.chance, self.majority), task)

    def best_of(self, models: Sequence[str | None], task: AnsweredTask) -> str | None:
        """The model with the best headline measure, None where none answers the task."""
        rows = self.means_of(task, models)
        values = {name: row.value for name, row in rows.items() if np.isfinite(row.value)}
        best = min if task.kind == "regression" else max
        return best(values, key=values.get) if values else None

    @property
    def headline_comparisons(self) -> pd.DataFrame:
        """The differences of language models in the headline measures, as far as estimable."""
        rows = self.comparisons
        headline = rows["variant"].isin(self.variants) & rows["metric"].isin(PRIMARY.values())
        return rows[headline & rows["p"].notna()]

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the evaluation on test participants, None where it was not written."""
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            return None
        rows = read_table(path)
        return rows[rows["split"] == "test"] if "split" in rows else rows


def _turned(row: tuple) -> tuple:
    """A paired difference with its two models exchanged: each pair stands once in the table."""
    turned = row._replace(variant=row.other, other=row.variant, difference=-row.difference)
    other_way = {"above": "below", "below": "above"}
    verdicts = {
        name: other_way.get(verdict, verdict)
        for name in ("verdict", "adjusted_verdict")
        for verdict in [getattr(row, name)]
    }
    return turned._replace(low=-row.high, high=-row.low, **verdicts)


def _of_kind(settings: RunSettings, kind: str, labels: str = "recorded") -> str | None:
    """The first baseline of a kind, one with the first variant's tokenizer before others."""
    tokenizer = next(iter(settings.variants.values())).tokenizer
    on_own_tokens = {
        name: baseline.tokenizer == tokenizer
        for name, baseline in settings.baselines.items()
        if baseline.kind == kind and baseline.labels == labels
    }
    return max(on_own_tokens, key=on_own_tokens.get, default=None)


def read_results(metrics: os.PathLike, tables: os.PathLike, settings: RunSettings) -> Results:
    """What the evaluation measured on test participants, for the models that `settings` name."""
    every_split = pd.read_parquet(metrics)
    paths = (Path(tables, f"{name}.parquet") for name in ("comparisons", "unreadable"))
    measured, comparisons, unreadable = (
        table[table["split"] == "test"] for table in (every_split, *map(read_table, paths))
    )
    means = measured.query("seed == 'mean' and label == ''")
    variants, baselines = list(settings.variants), settings.baselines
    simple = [n for n, b in baselines.items() if b.labels != "shuffled"]
    shuffled = [name for name in baselines if name not in simple]
    return Results(
        metrics=measured,
        tasks=_answered_tasks(measured[measured["variant"] == variants[0]], settings.tasks),
        means={(row.variant, row.task, row.metric, row.reading): row for row in means.itertuples()},
        comparisons=comparisons,
        differences={
            (row.variant, row.other, row.task, row.metric): row for row in comparisons.itertuples()
        },
        unreadable=unreadable,
        on_training=every_split[every_split["split"] == "train"],
        on_validation=every_split[every_split["split"] == "validation"],
        variants=variants,
        baselines=list(baselines),
        simple=simple,
        xgboost=_of_kind(settings, "histogram"),
        chance=_of_kind(settings, "histogram", "shuffled") or next(iter(shuffled), None),
        majority=_of_kind(settings, "majority"),
        paper_tasks=paper_tasks(settings.tasks),
        vote_by=settings.evaluate.vote_by,
        draws=settings.evaluate.bootstrap_draws,
        folder=Path(tables),
    )


def _answered_tasks(measured: pd.DataFrame, tasks: Tasks) -> list[AnsweredTask]:
    return [
        AnsweredTask(
            name=row.task,
            kind=row.kind,
            title=plain(row.task),
            unit=tasks[row.task].unit,
            detectable=tasks[row.task].minimal_detectable_change,
            caution=tasks[row.task].caution,
            headline=PRIMARY[row.kind],
            second=SECONDARY[row.kind],
            n_participants=row.n_participants,
            n_trials=row.n_trials,
        )
        for row in measured.drop_duplicates("task").itertuples()
    ]
