"""The files a report is made from, and what is read of them before any section is written."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from biomechgpt.cohort.tables import read_cohorts, trial_labels
from biomechgpt.evaluation.evaluate import headline
from biomechgpt.report.movement import Movement, read_movements
from biomechgpt.report.worst_trials import to_draw


class Sources(NamedTuple):
    """The files a report is made from; what is None or empty is left out and said to be.

    `metrics`, `tables` and `answers` are what the evaluation writes; `tokenizers` the tokenizer
    folders of all folds, `tokenizer_measures` what was measured of each; `tokens` the token files
    of one fold and tokenizer; `joint_angles` the shards; `cohorts` the entries of the config, each
    with its path; `benchmarks` the folder of Snakemake's benchmark files; `left_out`
    the tasks left out, a table a fold.
    """

    metrics: os.PathLike
    tables: os.PathLike
    answers: os.PathLike | None = None
    trials: os.PathLike | None = None
    folds: os.PathLike | None = None
    ingest_report: os.PathLike | None = None
    tokenizers: Sequence[os.PathLike] = ()
    tokenizer_measures: Sequence[os.PathLike] = ()
    tokens: Sequence[os.PathLike] = ()
    joint_angles: Sequence[os.PathLike] = ()
    cohorts: Sequence[dict] = ()
    benchmarks: os.PathLike | None = None
    left_out: Sequence[os.PathLike] = ()


class Data(NamedTuple):
    """What was read beside the results; None where it was not given.

    `answers` are those of the first variant, `movements` the curves of the worst trials, `labels`
    a row a trial.
    """

    answers: pd.DataFrame | None
    movements: Mapping[str, Movement]
    trials: pd.DataFrame | None
    folds: pd.DataFrame | None
    issues: pd.DataFrame | None
    labels: pd.DataFrame | None


def read(sources: Sources, config: dict) -> Data:
    """Read what several sections need; of the answers only those of the first variant,
    and of them only what the measures are of.
    """
    variant, chosen = next(iter(config["variants"].items()))
    answers = None
    if sources.answers is not None:
        given = pd.read_parquet(sources.answers, filters=[("variant", "==", variant)])
        answers = headline(given.assign(split="test"))
    movements = {}
    if answers is not None and sources.joint_angles:
        movements = read_movements(
            to_draw(answers), sources.joint_angles, sources.tokenizers, chosen["tokenizer"]
        )
    return Data(
        answers=answers,
        movements=movements,
        trials=None if sources.trials is None else pd.read_parquet(sources.trials),
        folds=_tsv(sources.folds),
        issues=_tsv(sources.ingest_report),
        labels=trial_labels(read_cohorts(list(sources.cohorts))) if sources.cohorts else None,
    )


def _tsv(path: os.PathLike | None) -> pd.DataFrame | None:
    if path is None:
        return None
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=0)
