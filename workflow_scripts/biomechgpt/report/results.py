"""What the evaluation found on test participants, and how to ask for one figure of it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation.paper import paper_tasks
from biomechgpt.evaluation.tables import read_table

PRIMARY = {"classification": "macro_f1", "regression": "mae"}
SECONDARY = {"classification": "weighted_f1", "regression": "r"}
MDC = "minimal_detectable_change"
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
    are the baselines that learnt from true labels; `xgboost`, `chance` and `majority` are those that
    are the paper's baseline, the same on shuffled labels, and the most frequent label (median), by
    what they are and not by their names. `paper_tasks` names the task of the paper that a task
    repeats. `means` is by model, task, metric and reading, `differences` by variant, other, task and
    metric. `draws` is how often the bootstrap drew, `folder` holds the tables.
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
    xgboost: str | None
    chance: str | None
    majority: str | None
    paper_tasks: dict[str, str]
    units: dict[str, str]
    detectable: dict[str, float]
    cautions: dict[str, str]
    draws: int
    folder: Path

    @property
    def tasks(self) -> pd.DataFrame:
        """One row a task that the first variant answered: task, kind, n_participants, n_trials."""
        rows = self.metrics[self.metrics["variant"] == self.variants[0]]
        return rows.drop_duplicates("task")[["task", "kind", "n_participants", "n_trials"]]

    def mean(
        self, model: str | None, task: str, metric: str, reading: str = "answer"
    ) -> tuple | None:
        """The mean over seeds with sd, low and high, None where the model lacks the task."""
        return self.means.get((model, task, metric, reading))

    def difference(self, variant: str, other: str | None, task: str, metric: str) -> tuple | None:
        """The paired difference with its interval and verdicts, None where there is none."""
        found = self.differences.get((variant, other, task, metric))
        turned = self.differences.get((other, variant, task, metric))
        return found if turned is None else _turned(turned)

    def strongest(self, task: str, kind: str) -> str | None:
        """The simple method with the best headline measure, None where none answers the task."""
        return self._best(self.simple, task, kind)

    def uninformed(self, task: str, kind: str) -> str | None:
        """The better of chance and majority, the two that know nothing of the movement."""
        return self._best((self.chance, self.majority), task, kind)

    def _best(self, models: Sequence[str | None], task: str, kind: str) -> str | None:
        rows = {name: self.mean(name, task, PRIMARY[kind]) for name in models}
        values = {name: row.value for name, row in rows.items() if row is not None}
        values = {name: value for name, value in values.items() if np.isfinite(value)}
        best = min if kind == "regression" else max
        return best(values, key=values.get) if values else None

    @property
    def headline_comparisons(self) -> pd.DataFrame:
        """The differences of language models in the headline measures, as far as estimable."""
        rows = self.comparisons
        mine = rows["variant"].isin(self.variants) & rows["metric"].isin(PRIMARY.values())
        return rows[mine & rows["p"].notna()]

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


def _of_kind(config: dict, kind: str, labels: str = "recorded") -> str | None:
    """The first baseline of a kind, one with the first variant's tokenizer before others."""
    tokenizer = next(iter(config["variants"].values()))["tokenizer"]
    named = {
        name: baseline.get("tokenizer") == tokenizer
        for name, baseline in config["baselines"].items()
        if baseline["kind"] == kind and baseline.get("labels", "recorded") == labels
    }
    return max(named, key=named.get, default=None)


def read_results(metrics: os.PathLike, tables: os.PathLike, config: dict) -> Results:
    """What the evaluation found on test participants, for the models that `config` names."""
    everyone = pd.read_parquet(metrics)
    measured, comparisons, unreadable = (
        table[table["split"] == "test"]
        for table in (
            everyone,
            *(
                read_table(Path(tables, f"{name}.parquet"))
                for name in ("comparisons", "unreadable")
            ),
        )
    )
    means = measured.query("seed == 'mean' and label == ''")
    simple = [n for n, b in config["baselines"].items() if b.get("labels") != "shuffled"]
    shuffled = [name for name in config["baselines"] if name not in simple]
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
        simple=simple,
        xgboost=_of_kind(config, "histogram"),
        chance=_of_kind(config, "histogram", "shuffled") or next(iter(shuffled), None),
        majority=_of_kind(config, "majority"),
        paper_tasks=paper_tasks(config["tasks"]),
        units={name: task.get("unit", "") for name, task in config["tasks"].items()},
        detectable={name: task.get(MDC, np.nan) for name, task in config["tasks"].items()},
        cautions={n: task["caution"] for n, task in config["tasks"].items() if "caution" in task},
        draws=config["evaluate"]["bootstrap_draws"],
        folder=Path(tables),
    )
