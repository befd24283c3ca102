"""Which model of a record is which: by what the configuration says it is, never by its name."""

from collections.abc import Callable
from typing import NamedTuple

from biomechgpt.report.quoted.record import Record
from biomechgpt.report.results import PRIMARY


class QuotedRun(NamedTuple):
    """A record and the names of its models; None where the run has no such baseline.

    `variant` is the language model whose results are quoted, the first of the configuration.
    `paper_baseline` is XGBoost on the counts of its tokens, `decoded` sees the angles that its
    tokens decode to, `duration` the length of the trial.
    """

    record: Record
    variant: str
    paper_baseline: str | None
    decoded: str | None
    duration: str | None

    @property
    def tasks(self) -> list:
        """The row of the headline measure of the variant for each task, in the order of the run."""
        table = self.record.figures
        own = table[table["model"] == self.variant]
        return list(own[own["metric"] == own["kind"].map(PRIMARY)].itertuples())

    def row(self, task: str, model: str | None, metric: str):
        """The row of `figures`, None where the model does not answer the task."""
        table = self.record.figures
        same = (table["task"] == task) & (table["model"] == model) & (table["metric"] == metric)
        return next(table[same].itertuples(), None)

    def strongest(self, task: str, metric: str):
        """The row of the simple method with the best figure, None where none answers the task."""
        return self._best(task, metric, lambda cfg: cfg.get("labels") != "shuffled")

    def chance(self, task: str, metric: str):
        """The row of the better of what learnt from shuffled labels and of always the same answer."""
        return self._best(
            task, metric, lambda cfg: cfg.get("labels") == "shuffled" or cfg["kind"] == "majority"
        )

    def _best(self, task: str, metric: str, fits: Callable[[dict], bool]):
        names = [name for name, cfg in self.record.run["config"]["baselines"].items() if fits(cfg)]
        table = self.record.figures
        rows = table[(table["task"] == task) & (table["metric"] == metric)]
        rows = rows[rows["model"].isin(names) & rows["value"].notna()]
        rows = rows.sort_values("value", ascending=metric == "mae", kind="stable")
        return next(rows.itertuples(), None)


def quoted_run(record: Record) -> QuotedRun:
    """Name the models of a record that sentences speak of."""
    config = record.run["config"]
    variant, settings = next(iter(config["variants"].items()))
    tokens = {"tokenizer": settings["tokenizer"], "labels": "recorded"}
    return QuotedRun(
        record=record,
        variant=variant,
        paper_baseline=_baseline(config, {"kind": "histogram"} | tokens),
        decoded=_baseline(config, {"kind": "rocket"} | tokens),
        duration=_baseline(config, {"kind": "duration", "labels": "recorded"}),
    )


def _baseline(config: dict, wanted: dict[str, str]) -> str | None:
    """The first baseline with these settings."""
    baselines = ((n, {"labels": "recorded"} | cfg) for n, cfg in config["baselines"].items())
    return next((name for name, cfg in baselines if wanted.items() <= cfg.items()), None)
