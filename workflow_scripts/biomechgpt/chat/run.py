"""The trials of a finished run: which there are, on which side of the split, and each one's movement."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from biomechgpt import seals
from biomechgpt.body.frames import read_trials
from biomechgpt.errors import InputError
from biomechgpt.language_model.description import DESCRIPTION_FILE, read_description
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.splits.folds_file import read_folds

ACTIVITY = "activity"  # the label column that the page can filter by
UNKNOWN = "unknown"  # the side of the split, where the model is not of this run


class ChatTrial(NamedTuple):
    """One movement to ask about."""

    name: str
    participant: str
    split: str  # train | validation | test | unknown | own file
    simulated: bool
    angles_rad: np.ndarray  # (T, 34), NaN where a joint is not recorded
    missing_joints: list[str]
    tokens: np.ndarray | None = None  # (n_tokens,) uint16, None where nobody made them yet
    recorded: Mapping[str, str] = {}  # the label of each task; for those who ask for it


class Run(NamedTuple):
    """A results folder. `trials` has trial_id, participant_id, split, activity, duration_s."""

    folder: Path
    trials: pd.DataFrame
    labels: Mapping[str, Mapping[str, str]]  # by trial, then by task
    simulated: frozenset[str]  # names of cohorts
    tokens: list[Path]  # a file a shard, made by the model's own motion tokenizer


def open_folders(model: os.PathLike, run: os.PathLike | None) -> tuple[Path, Run | None]:
    """A model folder that is whole, and the run whose trials are asked about.

    Without `run` it is the one that the model lies in, if any. InputError where one is not whole.
    """
    folder = Path(model)
    if not (folder / DESCRIPTION_FILE).is_file():
        raise InputError(
            f"{folder} is no model folder: it holds no {DESCRIPTION_FILE}. Name one such as "
            "results/holdout/models/tiny-all/seed-0, or a published one."
        )
    seals.check(folder)
    run_folder = Path(run) if run else run_of(folder)
    return folder, open_run(run_folder, read_description(folder)) if run_folder else None


def askable(described: Mapping) -> dict[str, str]:
    """A question of each task, without those for a number of which training had none."""
    return {
        task: question
        for task, question in described["questions"].items()
        if described["tasks"][task]["kind"] == "classification"
        or described["possible_numbers"].get(task)
    }


def run_of(model: Path) -> Path | None:
    """The results folder that a model folder lies in, None where it lies alone."""
    above = Path(model).resolve().parents
    return above[3] if len(above) > 3 and (above[3] / "trials.parquet").is_file() else None


def open_run(folder: Path, described: Mapping) -> Run:
    """Read what is known of the trials of a run for the model that `described` (model.json) says.

    InputError where the folder is no finished run or its movements have another frame rate.
    """
    folder = Path(folder)
    if not (folder / "trials.parquet").is_file():
        raise InputError(f"{folder} holds no trials.parquet: name the results of a finished run.")
    accepted = read_accepted(folder / "trials.parquet")
    rates_hz = accepted["n_frames"] / accepted["duration_s"]
    if not np.allclose(rates_hz, described["frame_rate_hz"], rtol=0.01):
        raise InputError(
            f"{folder}: its movements have {rates_hz.median():.0f} frames a second, the model needs "
            f"{described['frame_rate_hz']}; name the run that made the model."
        )
    labels = _labels(folder, described)
    named = [task for task, cfg in described["tasks"].items() if cfg["label"] == ACTIVITY]
    accepted["activity"] = [_first(labels.get(trial, {}), named) for trial in accepted["trial_id"]]
    tokens = _own_tokens(folder, described)
    sides = _sides(folder, described) if tokens else {}  # else the model was trained elsewhere
    accepted["split"] = [sides.get(person, UNKNOWN) for person in accepted["participant_id"]]
    made = folder / "cohorts"  # what was simulated; cohorts that a user brings lie elsewhere
    simulated = frozenset(path.name for path in made.iterdir()) if made.is_dir() else frozenset()
    return Run(folder, accepted.set_index("trial_id", drop=False), labels, simulated, tokens)


def read_run_trial(run: Run, trial_id: str) -> ChatTrial:
    """The movement of one trial; InputError where the run has none of that name."""
    if trial_id not in run.trials.index:
        some = ", ".join(run.trials["trial_id"].iloc[:3])
        raise InputError(
            f"{trial_id!r} is no accepted trial of {run.folder}, which has {len(run.trials)}: {some}, ... "
            "(trials.parquet; ingest_report.tsv says why others were left out)"
        )
    row = run.trials.loc[trial_id]
    shard = f"{row['shard']}.parquet"
    trials = read_trials(run.folder / "joint_angles" / shard)
    found = next(trial for trial in trials if trial.info["trial_id"] == trial_id)
    return ChatTrial(
        trial_id,
        row["participant_id"],
        row["split"],
        row["cohort"] in run.simulated,
        found.frames.astype(np.float64),
        list(row["missing_joints"]),
        _tokens(run, shard, trial_id),
        run.labels.get(trial_id, {}),
    )


def _labels(folder: Path, described: Mapping) -> dict[str, dict[str, str]]:
    """The recorded answer of each task by trial; seeds differ in wording only."""
    files = sorted((folder / described["fold"] / "questions").glob("seed-*.parquet"))
    if not files:
        return {}
    table = pd.read_parquet(files[0], columns=["trial_id", "task", "truth"])
    return {
        trial: dict(zip(rows["task"], rows["truth"], strict=True))
        for trial, rows in table.groupby("trial_id")
    }


def _first(labels: Mapping[str, str], tasks: list[str]) -> str:
    return next((labels[task] for task in tasks if task in labels), "")


def _own_tokens(folder: Path, described: Mapping) -> list[Path]:
    """The token files of the model's fold that its own motion tokenizer made."""
    return [
        path
        for path in sorted((folder / described["fold"] / "tokens").glob("*/*.parquet"))
        if pq.read_schema(path).metadata[b"tokenizer_sha256"].decode()
        == described["tokenizer_sha256"]
    ]


def _tokens(run: Run, shard: str, trial_id: str) -> np.ndarray | None:
    files = [path for path in run.tokens if path.name == shard]
    if not files:
        return None
    found = pq.read_table(files[0], columns=["tokens"], filters=[("trial_id", "=", trial_id)])
    return np.array(found["tokens"][0].as_py(), np.uint16)


def _sides(folder: Path, described: Mapping) -> dict[str, str]:
    """The side of each participant in the model's fold."""
    folds = read_folds(folder / "folds.tsv")
    folds = folds[folds["fold"] == described["fold"]]
    return dict(zip(folds["participant_id"], folds["split"], strict=True))
