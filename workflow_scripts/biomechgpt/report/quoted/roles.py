"""Which model of a record is which: by what the configuration says it is, never by its name."""

from collections.abc import Callable
from typing import NamedTuple

from biomechgpt.report.quoted.record import Record
from biomechgpt.report.results import PRIMARY
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.settings.run_settings import RunSettings


class QuotedRun(NamedTuple):
    """A record and the names of its models; None where the run has no such baseline.

    `variant` is the language model whose results are quoted, the first of the configuration.
    `on_codes` is the first other variant that reads codes, `paper_baseline` is XGBoost on the counts
    of its tokens, `decoded` sees the angles that its tokens decode to, `duration` the length of the
    trial.
    """

    record: Record
    settings: RunSettings
    variant: str
    on_codes: str | None
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
        return self._best(task, metric, lambda baseline: baseline.labels != "shuffled")

    def chance(self, task: str, metric: str):
        """The row of the better of what learnt from shuffled labels and of always the same answer."""
        return self._best(task, metric, lambda b: b.labels == "shuffled" or b.kind == "majority")

    def _best(self, task: str, metric: str, fits: Callable[[BaselineSettings], bool]):
        names = [name for name, baseline in self.settings.baselines.items() if fits(baseline)]
        table = self.record.figures
        rows = table[(table["task"] == task) & (table["metric"] == metric)]
        rows = rows[rows["model"].isin(names) & rows["value"].notna()]
        rows = rows.sort_values("value", ascending=metric == "mae", kind="stable")
        return next(rows.itertuples(), None)


def quoted_run(record: Record) -> QuotedRun:
    """Name the models of a record that sentences speak of."""
    settings = record.settings
    variant, *others = settings.variants
    tokenizer = settings.variants[variant].tokenizer
    return QuotedRun(
        record=record,
        settings=settings,
        variant=variant,
        on_codes=next((n for n in others if settings.variants[n].motion == "discrete"), None),
        paper_baseline=_baseline(settings, "histogram", tokenizer),
        decoded=_baseline(settings, "rocket", tokenizer),
        duration=_baseline(settings, "duration", ""),
    )


def _baseline(settings: RunSettings, kind: str, tokenizer: str) -> str | None:
    """The first baseline of this kind, with this tokenizer, that learnt from true labels."""
    wanted = (kind, tokenizer, "recorded")
    baselines = settings.baselines.items()
    return next((n for n, b in baselines if (b.kind, b.tokenizer, b.labels) == wanted), None)
