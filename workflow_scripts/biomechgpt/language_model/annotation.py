"""Apply a model to new recordings: every task's answer on every trial, in one table."""

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.cohort.issues import write_issues
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.prediction import predict
from biomechgpt.language_model.recordings import Recordings, tokenise_recordings
from biomechgpt.questions.calibration import (
    UNCALIBRATED,
    Calibration,
    at_temperature,
    decided_number,
    prediction_intervals,
    prediction_sets,
    read_calibration,
)
from biomechgpt.questions.tasks import only_if
from biomechgpt.spreadsheets import harmless

log = logging.getLogger(__name__)
MISSING = "n/a"


def annotate(folder: Path, recordings: Recordings, answers: Path, issues: Path) -> None:
    """Ask the model in `folder` all its questions on new recordings; write answers and issues.

    A published model is calibrated: its probabilities get their temperature, its answers their sets.
    A recording that cannot be used is a line in `issues`; the others go on. InputError where the
    cohort's tables are wrong or no recording can be used.
    """
    with tempfile.TemporaryDirectory(dir=answers.parent) as work:
        found = tokenise_recordings(folder / "motion_tokenizer", recordings, Path(work))
    write_issues(issues, found.issues)
    if not found.infos:
        raise InputError(f"No recording of {recordings.cohort} can be used; {issues} says why.")
    loaded = load_model(folder)
    asked = _questions(found.infos, loaded.description)
    rows = predict(loaded, asked, found.tokens, loaded.description["tasks"])
    files = {info["trial_id"]: info["file"] for info in found.infos}
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
    log.info(f"{len(table)} answers on {len(found.infos)} trials")


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
    return {
        "trial_id": row["trial_id"],
        "participant_id": row["participant_id"],
        "file": files[row["trial_id"]],
        "task": row["task"],
        **read(row, task, calibration),
        "only_if": only_if(task),
        "model_learnt_from": "simulated data" if description["simulated"] else "recordings",
        "generated_text": row["answer"],
        "question": row["question"],
    }


def _read_options(row: dict, task: dict, calibration: Calibration) -> dict:
    shares = at_temperature(np.array(row["probabilities"]), calibration.temperature)
    best = int(shares.argmax())
    sets = prediction_sets(row["options"], shares, calibration)
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
    number, low, high = decided_number(row, calibration)
    return {
        "answer": f"{number:.{digits}f}",
        "unit": task["unit"],
        "probability": None,
        "low": f"{low:.{digits}f}",
        "high": f"{high:.{digits}f}",
        **{
            _column(level): ends and f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"
            for level, ends in prediction_intervals(low, high, calibration).items()
        },
        "probabilities": "",
    }


def _column(level: float) -> str:
    return f"set_{100 * level:.0f}"
