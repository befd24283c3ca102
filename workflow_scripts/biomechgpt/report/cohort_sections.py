"""The sections on what was recorded and what was refused."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import (
    Cell,
    Table,
    Text,
    count,
    number,
    people,
)


def cohort(trials: pd.DataFrame, lengths: pd.Series | None, folds: pd.DataFrame | None) -> list:
    """Participants, trials, durations, lengths in tokens; the split; coverage of joints by source.

    `trials` is `trials.parquet`, `lengths` the tokens of every trial by `trial_id`.
    """
    blocks = [_sizes(trials, lengths)]
    if lengths is None:
        blocks.append(Text("Lengths in tokens are left out: no token files were given.", "quiet"))
    if folds is not None:
        blocks.append(_split(trials, folds))
    return [*blocks, *_coverage(trials)]


def token_lengths(paths: Sequence[os.PathLike]) -> pd.Series | None:
    """Tokens of every trial, by trial_id; None without files."""
    tables = [pq.read_table(path, columns=["trial_id", "tokens"]).to_pandas() for path in paths]
    if not tables:
        return None
    rows = pd.concat(tables)
    return rows.set_index("trial_id")["tokens"].map(len)


def _sizes(trials: pd.DataFrame, lengths: pd.Series | None) -> Table:
    groups = [*trials.groupby("cohort"), ("all", trials)]
    groups = groups[-1:] if len(groups) == 2 else groups
    rows = [_size_row(name, rows, lengths) for name, rows in groups]
    head = ["cohort", "participants", "trials", "hours", "duration (s)", "tokens a trial"]
    caption = "Accepted trials. Durations and lengths: median [5 %, 95 %], and the longest."
    return Table(caption, head, rows)


def _size_row(name: str, trials: pd.DataFrame, lengths: pd.Series | None) -> list:
    tokens = None if lengths is None else lengths.reindex(trials["trial_id"]).dropna()
    return [
        name,
        count(trials["participant_id"].nunique()),
        count(len(trials)),
        number(trials["duration_s"].sum() / 3600),
        _spread(trials["duration_s"], 1),
        Cell("–") if tokens is None or tokens.empty else _spread(tokens, 0),
    ]


def _spread(values: pd.Series, digits: int) -> Cell:
    low, middle, high = (number(values.quantile(q), digits) for q in (0.05, 0.5, 0.95))
    return Cell(f"{middle} [{low}, {high}]", f"longest {number(values.max(), digits)}")


def _split(trials: pd.DataFrame, folds: pd.DataFrame) -> Table:
    joined = trials.merge(folds, on="participant_id")
    sizes = joined.groupby(["fold", "split"]).agg(
        participants=("participant_id", "nunique"), trials=("trial_id", "nunique")
    )
    splits = [name for name in ("train", "validation", "test") if name in set(folds["split"])]
    rows = [
        [
            fold,
            *(
                people(*sizes.loc[(fold, split)]) if (fold, split) in sizes.index else "–"
                for split in splits
            ),
        ]
        for fold in joined["fold"].unique()
    ]
    caption = "The split, by participant. Figures over several folds pool the tested participants."
    return Table(caption, ["fold", *splits], rows, long=len(rows) > 10)


def _coverage(trials: pd.DataFrame) -> list:
    """The share of trials of every source that have each joint that some trial lacks."""
    sources = dict(list(trials.groupby(["cohort", "coordinate_map"])))
    share = pd.DataFrame(
        {source: 1 - _missing_share(rows["missing_joints"]) for source, rows in sources.items()}
    )
    sizes = [
        Cell(f"{coordinate_map} ({name})", people(rows["participant_id"].nunique(), len(rows)))
        for (name, coordinate_map), rows in sources.items()
    ]
    uneven = share[(share < 1).any(axis=1)]
    full = f"{len(share) - len(uneven)} of the {len(share)} joints are in every accepted trial."
    if uneven.empty:
        return [Text(full)]
    rows = [[plain(j), *(f"{100 * v:.0f} %" for v in values)] for j, values in uneven.iterrows()]
    caption = (
        "Coverage: the share of trials of each source that have a joint. A joint that a source "
    )
    caption += "lacks enters the tokenizer at the training mean and is masked in loss and error."
    return [Text(full), Table(caption, ["joint", *sizes], rows, long=True)]


def _missing_share(missing: pd.Series) -> pd.Series:
    counts = pd.Series(np.concatenate([np.asarray(m, object) for m in missing])).value_counts()
    return counts.reindex(JOINT_NAMES).fillna(0) / len(missing)


def ingestion(issues: pd.DataFrame, n_trials: int) -> list:
    """Problems with counts, then every rejected file with its reason."""
    rejected = issues[issues["severity"] == "rejected"]
    text = f"{n_trials} trials were accepted and {len(rejected)} rejected"
    if issues.empty:
        return [Text(f"{text}; no file had a problem.")]
    groups = issues.groupby(["severity", "stage", "problem"], sort=False)
    rows = [
        [*key, count(len(g)), count(g["trial_id"].nunique()), count(g["participant_id"].nunique())]
        for key, g in sorted(groups, key=lambda item: (item[0][0], -len(item[1])))
    ]
    head = ["severity", "stage", "problem", "times", "trials", "participants"]
    blocks = [Text(f"{text}."), Table("Problems met.", head, rows, n_text=3)]
    if len(rejected):
        names = ["trial_id", "file", "problem", "detail"]
        cells = rejected[names].to_numpy().tolist()
        head = ["trial", "file", "problem", "reason and what to do"]
        blocks.append(Table("Every rejected file.", head, cells, n_text=4, long=True))
    return blocks
