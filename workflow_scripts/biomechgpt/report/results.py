"""What the evaluation found on test participants, and how to ask for one figure of it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation.tables import read_table

PRIMARY = {"classification": "macro_f1", "regression": "mae"}
SECONDARY = {"classification": "weighted_f1", "regression": "r"}
MDC = "minimal_detectable_change"
FEW_PARTICIPANTS = 10  # below it the bootstrap covers some 85 % instead of 95 %
NAMES = {
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "mae": "mean absolute error",
    "r": "Pearson r",
}


class Results(NamedTuple):
    """All that was measured on test participants; `units` names the units of the numbers,
    `detectable` the minimal detectable change of the tasks that have one, `cautions` what the
    configuration says of a task's figures.

    `on_training` are the metrics on training participants, empty unless those were asked. `simple`
    are the baselines that learnt from true labels, all but chance. `means` is by model, task,
    metric and reading, `differences` by variant, other, task and metric. `folder` holds the tables.
    """

    metrics: pd.DataFrame
    means: dict[tuple[str, str, str, str], tuple]
    comparisons: pd.DataFrame
    differences: dict[tuple[str, str, str, str], tuple]
    unreadable: pd.DataFrame
    on_training: pd.DataFrame
    variants: Sequence[str]
    baselines: Sequence[str]
    simple: Sequence[str]
    units: dict[str, str]
    detectable: dict[str, float]
    cautions: dict[str, str]
    folder: Path

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task that the first variant answered: task, kind, n_participants, n_trials."""
        rows = self.metrics[self.metrics["variant"] == self.variants[0]]
        return rows.drop_duplicates("task")[["task", "kind", "n_participants", "n_trials"]]

    @property
    def chance(self) -> str | None:
        """The baseline that learnt from shuffled labels, None where there is none."""
        return next((name for name in self.baselines if name not in self.simple), None)

    def mean(
        self, model: str | None, task: str, metric: str, reading: str = "answer"
    ) -> tuple | None:
        """The mean over seeds with sd, low and high, None where the model lacks the task."""
        return self.means.get((model, task, metric, reading))

    def difference(self, variant: str, other: str | None, task: str, metric: str) -> tuple | None:
        """The paired difference with low, high and verdict, None where there is none."""
        found = self.differences.get((variant, other, task, metric))
        turned = self.differences.get((other, variant, task, metric))
        return found if turned is None else _turned(turned)

    def strongest(self, task: str, kind: str) -> str | None:
        """The simple method with the best headline measure, None where none answers the task."""
        found = {name: self.mean(name, task, PRIMARY[kind]) for name in self.simple}
        values = {name: row.value for name, row in found.items() if row is not None}
        values = {name: value for name, value in values.items() if np.isfinite(value)}
        best = min if kind == "regression" else max
        return best(values, key=values.get) if values else None

    def t_verdict(self, other: str | None, task: str) -> str | None:
        """The verdict of the paired t-interval of the first variant, None where there is none."""
        table = self.table("t_intervals")
        if table is None:
            return None
        keep = (table["variant"] == self.variants[0]) & (table["task"] == task)
        rows = table[keep & (table["other"] == other)]
        return None if rows.empty else rows["verdict"].iloc[0]

    def table(self, name: str) -> pd.DataFrame | None:
        """A table of the evaluation on test participants, None where it was not written."""
        path = self.folder / f"{name}.csv"
        if not path.exists():
            return None
        rows = read_table(path)
        return rows[rows["split"] == "test"] if "split" in rows else rows


def _turned(row: tuple) -> tuple:
    """A paired difference with its two models exchanged: each pair stands once in the table."""
    turned = row._replace(variant=row.other, other=row.variant, difference=-row.difference)
    other_way = {"above": "below", "below": "above"}
    verdict = other_way.get(row.verdict, row.verdict)
    return turned._replace(low=-row.high, high=-row.low, verdict=verdict)


def read_results(metrics: os.PathLike, tables: os.PathLike, config: dict) -> Results:
    """What the evaluation found on test participants, for the models that `config` names."""
    everyone = pd.read_parquet(metrics)
    measured, comparisons, unreadable = (
        table[table["split"] == "test"]
        for table in (
            everyone,
            *(read_table(Path(tables, f"{name}.csv")) for name in ("comparisons", "unreadable")),
        )
    )
    means = measured.query("seed == 'mean' and label == ''")
    return Results(
        metrics=measured,
        means={(row.variant, row.task, row.metric, row.reading): row for row in means.itertuples()},
        comparisons=comparisons,
        differences={
            (row.variant, row.other, row.task, row.metric): row for row in comparisons.itertuples()
        },
        unreadable=unreadable,
        on_training=everyone[everyone["split"] == "train"],
        variants=list(config["variants"]),
        baselines=list(config["baselines"]),
        simple=[n for n, b in config["baselines"].items() if b.get("labels") != "shuffled"],
        units={name: task.get("unit", "") for name, task in config["tasks"].items()},
        detectable={name: task.get(MDC, np.nan) for name, task in config["tasks"].items()},
        cautions={n: task["caution"] for n, task in config["tasks"].items() if "caution" in task},
        folder=Path(tables),
    )
