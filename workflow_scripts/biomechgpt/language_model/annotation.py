"""Apply a model to new recordings: every task's answer on every trial, in one table."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.measured_labels import measured_label, measured_labels
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model.asking_in_turn import ask_in_turn
from biomechgpt.language_model.coverage import why_not_promised, without_promise
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.motion.strip import strip
from biomechgpt.questions.calibration import (
    LEVELS,
    UNCALIBRATED,
    Calibration,
    at_temperature,
    decided_number,
    prediction_intervals,
    prediction_sets,
    read_calibration,
)
from biomechgpt.questions.gates import NO
from biomechgpt.questions.tasks import only_if, options_of
from biomechgpt.recordings.issues import Issue, write_issues
from biomechgpt.recordings.recording import Reading
from biomechgpt.recordings.trajectories import read_trajectories
from biomechgpt.spreadsheets import harmless
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.strangeness import Strangeness, load_familiar, strangeness

log = logging.getLogger(__name__)
MISSING = "n/a"


class Recordings(NamedTuple):
    """A cohort folder without labels, and how its files are read."""

    cohort: Path
    reading: Reading
    motion: Mapping  # the config's block


class NewTrial(NamedTuple):
    """A trial of the recordings: what the model reads, and what is said beside its answers."""

    info: dict
    tokens: np.ndarray  # (n_tokens,) uint16
    strangeness: Strangeness | None  # None where the tokenizer had no validation people
    measured: Mapping[str, float]  # by label column, by kinematics


def annotate(folder: Path, recordings: Recordings, answers: Path, issues: Path) -> None:
    """Ask the model in `folder` its questions on new recordings; write answers and issues.

    A question is asked where the model's own earlier answers do not exclude it. A published model is
    calibrated: its probabilities get their temperature, its answers their sets, as far as it promises
    any on recordings. A recording that cannot be used is a line in `issues`; the others go on.

    Raises:
        InputError: the cohort's tables are wrong or no recording can be used.
    """
    trials, problems = _read(recordings, folder / "motion_tokenizer")
    write_issues(issues, problems)
    if not trials:
        raise InputError(f"No recording of {recordings.cohort} can be used; {issues} says why.")
    loaded = load_model(folder)
    calibrations = read_calibration(folder)
    questions = _questions([trial.info for trial in trials.values()], loaded.description)
    tokens = {trial_id: trial.tokens for trial_id, trial in trials.items()}
    rows = ask_in_turn(loaded, questions, tokens, calibrations)
    named = _model_columns(folder, loaded.description)
    table = pd.DataFrame(
        [
            _line(
                row, trials[row["trial_id"]], loaded.description,
                calibrations.get(row["task"], UNCALIBRATED),
            ) | named
            for row in rows
        ]
    )  # fmt: skip
    table = table.sort_values(["trial_id", "task"], kind="stable")
    with replacing(answers) as temporary:
        harmless(table).to_csv(temporary, sep="\t", index=False, na_rep=MISSING)
    n_asked = int((table["applies"] != NO).sum())
    log.info(f"{n_asked} answers on {len(trials)} trials, {len(table) - n_asked} do not apply")


def _read(
    recordings: Recordings, tokenizer_folder: Path
) -> tuple[dict[str, NewTrial], list[Issue]]:
    """The usable trials by id, and the problems of all, those of reading first."""
    tokenizer, familiar = load_tokenizer(tokenizer_folder), load_familiar(tokenizer_folder)
    own = {"frame_rate_hz": tokenizer.frame_rate_hz, "zero_joints": tokenizer.zero_joints}
    cohorts = read_cohorts([{"name": "annotate", "path": str(recordings.cohort)}])
    files = motion_files(cohorts, recordings.reading)
    trials, issues = {}, []
    for outcome in read_trajectories(files, recordings.reading):
        trial, its_issues, _ = strip(outcome, {**recordings.motion, **own})
        issues += its_issues
        if trial is not None:
            trials[trial.info["trial_id"]] = NewTrial(
                trial.info,
                encode_trial(tokenizer, trial.frames),
                None if familiar is None else strangeness(trial.frames, tokenizer, familiar),
                measured_labels(trial.frames, tokenizer.frame_rate_hz),
            )
    return trials, sorted(issues, key=lambda issue: issue.stage)


def _model_columns(folder: Path, description: Mapping) -> dict[str, str]:
    return {
        "model": f"{description['variant']}, fold {description['fold']}, seed {description['seed']}",
        "model_folder": str(folder.resolve()),
        "model_learnt_from": "simulated data" if description["simulated"] else "recordings",
    }


def _questions(infos: list[dict], description: dict) -> pd.DataFrame:
    """Every task's first phrasing on every trial, as a questions table without truths."""
    return pd.DataFrame(
        {
            "trial_id": info["trial_id"],
            "participant_id": info["participant_id"],
            "task": task,
            "kind": cfg["kind"],
            "question": description["questions"][task],
            "options": options_of(cfg),
        }
        for info in infos
        for task, cfg in description["tasks"].items()
    )


def _line(row: dict, trial: NewTrial, description: dict, calibration: Calibration) -> dict:
    """A line of the table: whether the question applies, the answer, how sure it is."""
    task = description["tasks"][row["task"]]
    reason = why_not_promised(description["simulated"], trial.strangeness)
    calibration = without_promise(calibration) if reason else calibration
    read = _read_options if row["kind"] == "classification" else _read_number
    answered = NOTHING_READ if row["applies"] == NO else read(row, task, calibration)
    return {
        "trial_id": row["trial_id"],
        "participant_id": row["participant_id"],
        "file": trial.info["file"],
        "task": row["task"],
        "applies": row["applies"],
        "because": row["because"],
        **answered,
        "unit": task.get("unit", ""),
        "measured_by_kinematics": _measured(row, task, trial.measured),
        "coverage": f"not promised: {reason}" if reason else "as calibrated",
        **_familiarity(trial.strangeness),
        "only_if": only_if(task),
        "generated_text": row.get("answer"),
        "question": row["question"],
    }


def _measured(row: dict, task: dict, measured: Mapping[str, float]) -> str | None:
    """What kinematics says to the same question."""
    if row["applies"] == NO:
        return None
    value = measured_label(measured, task["label"], task.get("unit", ""))
    return None if np.isnan(value) else f"{value:.{task['decimals']}f}"


def _familiarity(strange: Strangeness | None) -> dict:
    if strange is None:
        return {"strangeness": None, "familiar": None, "unrecorded_joints": None}
    return {
        "strangeness": round(strange.ratio, 2),
        "familiar": "yes" if strange.familiar else "no",
        "unrecorded_joints": strange.unrecorded_joints,
    }


def _read_options(row: dict, task: dict, calibration: Calibration) -> dict:
    shares = at_temperature(np.array(row["probabilities"]), calibration.temperature)
    best = int(shares.argmax())
    sets = prediction_sets(row["options"], shares, calibration)
    return NOTHING_READ | {
        "answer": row["options"][best],
        "probability": round(float(shares[best]), 3),
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
    return NOTHING_READ | {
        "answer": f"{number:.{digits}f}",
        "low": f"{low:.{digits}f}",
        "high": f"{high:.{digits}f}",
        **{
            _column(level): ends and f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"
            for level, ends in prediction_intervals(low, high, calibration).items()
        },
    }


def _column(level: float) -> str:
    return f"set_{100 * level:.0f}"


NOTHING_READ = {
    "answer": None, "unit": "", "probability": None, "low": None, "high": None,
    **{_column(level): None for level in LEVELS}, "probabilities": "",
}  # fmt: skip
