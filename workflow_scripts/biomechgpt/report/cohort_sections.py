"""The sections on who was recorded, what was refused, and what the tokenizer keeps."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.evaluation.figures import plain
from biomechgpt.report.blocks import (
    Cell,
    Figure,
    Table,
    Text,
    count,
    inline_svg,
    number,
    people,
)
from biomechgpt.report.tokenizer_figures import curves_svg, joint_errors_svg


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


def tokenizers(folders: Sequence[os.PathLike]) -> list:
    """Reconstruction error and code use on held-out participants; curves of the first tokenizer.

    A folder is `{fold}/tokenizers/{name}` with `metrics.json` (a list, one entry a split) and, if
    it was written, `curves.parquet`.
    """
    paths = [Path(folder) for folder in folders]
    found = [
        (path.parent.parent.name, path.name, entry)
        for path in paths
        for entry in json.loads((path / "metrics.json").read_text(encoding="utf-8"))
    ]
    rows = [_tokenizer_row(*one) for one in found]
    head = ["tokenizer", "split", "participants", "trials", "RMSE, 34 joints", "RMSE, live joints"]
    head += ["perplexity", "codes used", "codes dead"]
    caption = (
        "Reconstruction error in degrees, mean over joints of the RMSE of each, and use of the "
        "codes. The 34 joints include those set to zero (error 0); live ones move in training. "
        "Train rows are there for comparison, test rows are held-out participants."
    )
    blocks = [Table(caption, head, rows, n_text=2, long=len(rows) > 12)]
    held_out = [entry for _, _, entry in found if entry["split"] == "test"] or [found[-1][2]]
    blocks.append(_joint_errors(held_out[0]))
    curves = paths[0] / "curves.parquet"
    if curves.exists():
        caption = "Original and reconstructed joint angles of held-out trials, the first seconds."
        svg = inline_svg(curves_svg(pq.read_table(curves).to_pandas()))
        return [*blocks, Figure(svg, caption)]
    return [*blocks, Text("Reconstructed curves are left out: there is no file of them.", "quiet")]


def _tokenizer_row(fold: str, name: str, entry: dict) -> list:
    return [
        Cell(name, fold),
        entry["split"],
        count(entry["n_participants"]),
        count(entry["n_trials"]),
        number(entry["rmse_deg_all"]),
        Cell(number(entry["rmse_deg_live"]), f"{len(entry['live_joints'])} joints"),
        number(entry["perplexity"], 1),
        f"{entry['used_codes']} of {entry['codebook_size']}",
        count(entry["dead_codes"]),
    ]


def _joint_errors(entry: dict) -> Figure:
    size = people(entry["n_participants"], entry["n_trials"])
    caption = f"Reconstruction error of every live joint, {entry['split']} participants ({size})."
    svg = joint_errors_svg(entry["rmse_deg_per_joint"], entry["live_joints"])
    return Figure(inline_svg(svg), caption)
