"""The trials of a finished run, each with its split, its movement and its recorded labels."""

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
from biomechgpt.language_model.description import (
    DESCRIPTION_FILE,
    ModelDescription,
    read_description,
)
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.splits.folds_file import read_folds
from biomechgpt.tokenizer.tokens import TokensMetadata
from biomechgpt.video.clip_storage import Clip

ACTIVITY = "activity"  # the label column that the page can filter by
UNKNOWN = "unknown"  # the split of a trial, where another run made the model


class ChatTrial(NamedTuple):
    """A movement to ask about."""

    name: str
    participant: str
    split: str  # train | validation | test | unknown | own file
    simulated: bool
    angles_rad: np.ndarray  # (T, 34), NaN where a joint is not recorded
    missing_joints: list[str]
    tokens: np.ndarray | None = None  # (n_tokens,) uint16, None where they are not on the disk
    recorded: Mapping[str, str] = {}  # the label of each task, shown on request only
    clip: Clip | None = None  # features of its video, where somebody named them


class Run(NamedTuple):
    """A results folder. `trials` has trial_id, participant_id, split, activity, duration_s."""

    folder: Path
    trials: pd.DataFrame
    labels: Mapping[str, Mapping[str, str]]  # by trial, then by task
    simulated: frozenset[str]  # names of cohorts
    tokens: list[Path]  # one file a shard, from the model's own motion tokenizer


def open_folders(model: os.PathLike, run: os.PathLike | None) -> tuple[Path, Run | None]:
    """Check a model folder and read the run whose trials are asked about.

    Without `run` it is the run that the model lies in, if any.

    Raises:
        InputError: One of the folders is incomplete or damaged.
    """
    folder = Path(model)
    if not (folder / DESCRIPTION_FILE).is_file():
        raise InputError(
            f"{folder} is no model folder: it holds no {DESCRIPTION_FILE}. Name a folder such as "
            "results/holdout/models/tiny-all/seed-0, or a published model."
        )
    seals.check(folder)
    run_folder = Path(run) if run else run_of(folder)
    return folder, open_run(run_folder, read_description(folder)) if run_folder else None


def run_of(model: Path) -> Path | None:
    """The results folder that a model folder lies in, None where it lies alone."""
    above = Path(model).resolve().parents
    return above[3] if len(above) > 3 and (above[3] / "trials.parquet").is_file() else None


def open_run(folder: Path, description: ModelDescription) -> Run:
    """Read what a run knows of its trials, for the model with this `description`.

    Raises:
        InputError: The folder is no finished run, or its movements have another frame rate.
    """
    folder = Path(folder)
    if not (folder / "trials.parquet").is_file():
        raise InputError(f"{folder} holds no trials.parquet: name the results of a finished run.")
    accepted = read_accepted(folder / "trials.parquet")
    rates_hz = accepted["n_frames"] / accepted["duration_s"]
    if not np.allclose(rates_hz, description.frame_rate_hz, rtol=0.01):
        raise InputError(
            f"{folder}: its movements have {rates_hz.median():.0f} frames a second, the model needs "
            f"{description.frame_rate_hz}; name the run that made the model."
        )
    labels = _labels(folder, description)
    tasks = [task for task, cfg in description.tasks.items() if cfg.label == ACTIVITY]
    accepted["activity"] = [
        next((cells[task] for task in tasks if task in cells), "")
        for cells in (labels.get(trial, {}) for trial in accepted["trial_id"])
    ]
    tokens = _own_tokens(folder, description)
    splits = _splits(folder, description) if tokens else {}  # another run made the model
    accepted["split"] = [splits.get(person, UNKNOWN) for person in accepted["participant_id"]]
    cohorts = folder / "cohorts"  # simulated ones only: a user's cohorts lie elsewhere
    simulated = frozenset(path.name for path in cohorts.glob("*"))
    return Run(folder, accepted.set_index("trial_id", drop=False), labels, simulated, tokens)


def read_run_trial(run: Run, trial_id: str) -> ChatTrial:
    """The movement of one trial; InputError where the run has none of that name."""
    if trial_id not in run.trials.index:
        some = ", ".join(run.trials["trial_id"].iloc[:3])
        raise InputError(
            f"{trial_id!r} is no accepted trial of {run.folder}, which has {len(run.trials)}: {some}, ... "
            "(all are in trials.parquet; ingest_report.tsv says why others were left out)"
        )
    row = run.trials.loc[trial_id]
    shard = f"{row['shard']}.parquet"
    trials = read_trials(run.folder / "joint_angles" / shard)
    trial = next(trial for trial in trials if trial.info["trial_id"] == trial_id)
    return ChatTrial(
        trial_id,
        row["participant_id"],
        row["split"],
        row["cohort"] in run.simulated,
        trial.frames.astype(np.float64),
        list(row["missing_joints"]),
        _tokens(run, shard, trial_id),
        run.labels.get(trial_id, {}),
    )


def _labels(folder: Path, description: ModelDescription) -> dict[str, dict[str, str]]:
    """The recorded labels by trial and task, from one seed: the seeds differ in wording only."""
    files = sorted((folder / description.fold / "questions").glob("seed-*.parquet"))
    if not files:
        return {}
    table = pd.read_parquet(files[0], columns=["trial_id", "task", "truth"])
    return {
        trial: dict(zip(rows["task"], rows["truth"], strict=True))
        for trial, rows in table.groupby("trial_id")
    }


def _own_tokens(folder: Path, description: ModelDescription) -> list[Path]:
    """The token files of the model's fold that its own motion tokenizer made."""
    return [
        path
        for path in sorted((folder / description.fold / "tokens").glob("*/*.parquet"))
        if TokensMetadata.of_schema(pq.read_schema(path)).tokenizer_sha256
        == description.tokenizer_sha256
    ]


def _tokens(run: Run, shard: str, trial_id: str) -> np.ndarray | None:
    files = [path for path in run.tokens if path.name == shard]
    if not files:
        return None
    table = pq.read_table(files[0], columns=["tokens"], filters=[("trial_id", "=", trial_id)])
    return np.array(table["tokens"][0].as_py(), np.uint16)


def _splits(folder: Path, description: ModelDescription) -> dict[str, str]:
    """The split of each participant in the model's fold."""
    folds = read_folds(folder / "folds.tsv")
    folds = folds[folds["fold"] == description.fold]
    return dict(zip(folds["participant_id"], folds["split"], strict=True))
