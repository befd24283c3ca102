"""Apply a model to new recordings: every task's answer on every trial, in one table."""

import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.frames import read_infos
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.issues import read_issues, write_issues
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.prediction import predict
from biomechgpt.motion.strip import strip_shard
from biomechgpt.questions.calibration import (
    LEVELS,
    Calibration,
    at_temperature,
    moved_outwards,
    prediction_set,
    read_calibration,
)
from biomechgpt.spreadsheets import harmless
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokens import read_tokens, tokenise_shard

log = logging.getLogger(__name__)
MISSING = "n/a"
UNCALIBRATED = Calibration(1.0, dict.fromkeys(LEVELS))


class Recordings(NamedTuple):
    """A cohort folder without labels, and how its files are read."""

    cohort: Path
    maps: Sequence[os.PathLike]
    ingest: Mapping  # the config's blocks
    motion: Mapping


def annotate(folder: Path, recordings: Recordings, answers: Path, issues: Path) -> None:
    """Ask the model in `folder` all its questions on new recordings; write answers and issues.

    A published model is calibrated: its probabilities get their temperature, its answers their sets.
    A recording that cannot be used is a line in `issues`; the others go on. InputError where the
    cohort's tables are wrong or no recording can be used.
    """
    with tempfile.TemporaryDirectory(dir=answers.parent) as work:
        tokens = _tokens(folder / "motion_tokenizer", recordings, Path(work), issues)
        infos = read_infos(Path(work, "joint_angles.parquet"))
    if not infos:
        raise InputError(f"No recording of {recordings.cohort} can be used; {issues} says why.")
    loaded = load_model(folder)
    asked = _questions(infos, loaded.description)
    rows = predict(loaded, asked, tokens, loaded.description["tasks"])
    files = {info["trial_id"]: info["file"] for info in infos}
    calibrated = read_calibration(folder)
    table = pd.DataFrame(
        [
            _line(row, files, loaded.description, calibrated.get(row["task"], UNCALIBRATED))
            for row in rows
        ]
    )
    table = table.sort_values(["trial_id", "task"], kind="stable")
    with replacing(answers) as temporary:
        harmless(table).to_csv(temporary, sep="\t", index=False, na_rep=MISSING)
    log.info(f"{len(table)} answers on {len(infos)} trials")


def _tokens(tokenizer: Path, recordings: Recordings, work: Path, issues: Path) -> dict:
    """The tokens of every usable trial, by its id; what was found wrong goes to `issues`."""
    cohorts = read_cohorts([{"name": "annotate", "path": str(recordings.cohort)}])
    read, stripped = work / "trajectories.parquet", work / "joint_angles.parquet"
    problems = [work / "ingest.tsv", work / "strip.tsv"]
    ingest_shard(cohorts, list(recordings.maps), 0, 1, recordings.ingest, read, problems[0])
    trained = load_tokenizer(tokenizer)
    motion = {"frame_rate_hz": trained.frame_rate_hz, "zero_joints": trained.zero_joints}
    strip_shard(read, {**recordings.motion, **motion}, stripped, problems[1])
    write_issues(issues, [issue for path in problems for issue in read_issues(path)])
    trial_ids = {info["trial_id"] for info in read_infos(stripped)}
    tokenise_shard(tokenizer, stripped, trial_ids, work / "tokens.parquet")
    table = read_tokens([work / "tokens.parquet"])
    return dict(zip(table.trial_ids, table.tokens, strict=True))


def _questions(infos: list[dict], description: dict) -> pd.DataFrame:
    """Every task's first phrasing on every trial, as a questions table without truths."""
    return pd.DataFrame(
        {
            "trial_id": info["trial_id"],
            "participant_id": info["participant_id"],
            "task": task,
            "kind": cfg["kind"],
            "question": description["questions"][task],
            "options": cfg.get("options", []) if cfg["kind"] == "classification" else [],
        }
        for info in infos
        for task, cfg in description["tasks"].items()
    )


def _line(row: dict, files: Mapping[str, str], description: dict, calibration: Calibration) -> dict:
    """A line of the table: the answer, how sure it is, what the model wrote."""
    task = description["tasks"][row["task"]]
    read = _read_options if row["kind"] == "classification" else _read_number
    conditions = (task.get("applies_to") or {}).items()
    only_if = " and ".join(f"{column} is {' or '.join(values)}" for column, values in conditions)
    return {
        "trial_id": row["trial_id"],
        "participant_id": row["participant_id"],
        "file": files[row["trial_id"]],
        "task": row["task"],
        **read(row, task, calibration),
        "only_if": only_if,
        "model_learnt_from": "simulated data" if description["simulated"] else "recordings",
        "generated_text": row["answer"],
        "question": row["question"],
    }


def _read_options(row: dict, task: dict, calibration: Calibration) -> dict:
    shares = at_temperature(np.array(row["probabilities"]), calibration.temperature)
    best = int(shares.argmax())
    sets = {
        level: prediction_set(row["options"], shares, limit)
        for level, limit in calibration.limits.items()
    }
    return {
        "answer": row["options"][best],
        "unit": "",
        "probability": round(float(shares[best]), 3),
        "low": None,
        "high": None,
        **{
            _column(level): None if held is None else "; ".join(held)
            for level, held in sets.items()
        },
        "probabilities": "; ".join(
            f"{option} {share:.3f}" for option, share in zip(row["options"], shares, strict=True)
        ),
    }


def _read_number(row: dict, task: dict, calibration: Calibration) -> dict:
    digits = task["decimals"]
    mean, low, high = (row[f"number_{name}"] for name in ("mean", "low", "high"))
    sets = {
        level: None if limit is None else moved_outwards(low, high, limit)
        for level, limit in calibration.limits.items()
    }
    return {
        "answer": f"{mean:.{digits}f}",
        "unit": task["unit"],
        "probability": None,
        "low": f"{low:.{digits}f}",
        "high": f"{high:.{digits}f}",
        **{
            _column(level): ends and f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"
            for level, ends in sets.items()
        },
        "probabilities": "",
    }


def _column(level: float) -> str:
    return f"set_{100 * level:.0f}"
