"""Apply a model to new recordings: its answer to every task about every trial, in one table."""

import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.body.measured_labels import measured_label, measured_labels
from biomechgpt.cohort.ingest import motion_files
from biomechgpt.cohort.tables import read_cohorts
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.language_model.askable_model import AskableModel, ask_in_turn, open_model
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.motion.strip import strip
from biomechgpt.questions.calibration import LEVELS, Calibration, number_estimate, option_estimate
from biomechgpt.questions.gates import NO
from biomechgpt.questions.tasks import only_if
from biomechgpt.recordings.issues import Issue, export_issues
from biomechgpt.recordings.recording import Reading, reading_with
from biomechgpt.recordings.trajectories import read_trajectories
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.spreadsheets import harmless
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.reading_settings import load_reading_settings
from biomechgpt.tokenizer.strangeness import Strangeness
from biomechgpt.video.clip_files import read_clips, videos_by_trial

log = logging.getLogger(__name__)
MISSING = "n/a"


class MeasuredTrial(NamedTuple):
    """What is known of a trial without asking the language model."""

    info: dict
    motion: MotionInput
    strangeness: Strangeness | None  # None where the motion tokenizer had no validation people
    labels: Mapping[str, float]  # measured by kinematics, by label column


def annotate(
    folder: Path, cohort: Path, maps: Iterable[os.PathLike], answers: Path, issues: Path
) -> None:
    """Ask the model in `folder` all its questions about the recordings of a cohort folder.

    They are read with the settings that the model's own recordings were read with; `maps` are the
    paths of coordinate maps and skeleton maps. A question is asked where the model's own earlier
    answers do not exclude it. A published model gives calibrated probabilities, and sets and
    intervals where it promises their coverage. A recording that cannot be used is a line in
    `issues`; the others are answered.

    Raises:
        InputError: The tables of the cohort are wrong, or no recording can be used.
    """
    model = open_model(folder)
    ingest, motion = load_reading_settings(folder / "motion_tokenizer")
    trials, problems = _read(cohort, reading_with(maps, ingest), motion, model)
    export_issues(issues, problems)
    if not trials:
        raise InputError(f"No recording of {cohort} can be used; {issues} says why.")
    columns = _model_columns(folder, model.loaded.description)
    motions = {trial_id: trial.motion for trial_id, trial in trials.items()}
    rows = ask_in_turn(model, model.loaded.description.tasks, motions)
    lines = [_line(row, trials[row["trial_id"]], model) | columns for row in rows]
    table = pd.DataFrame(lines).sort_values(["trial_id", "task"], kind="stable")
    with replacing(answers) as temporary:
        harmless(table).to_csv(temporary, sep="\t", index=False, na_rep=MISSING)
    n_asked = int((table["applies"] != NO).sum())
    log.info(f"{n_asked} answers on {len(trials)} trials, {len(table) - n_asked} do not apply")


def _read(
    cohort: Path, reading: Reading, motion: MotionSettings, model: AskableModel
) -> tuple[dict[str, MeasuredTrial], list[Issue]]:
    """The usable trials by id, and the issues of all files, those of ingestion first."""
    cohorts = read_cohorts([{"name": "annotate", "path": str(cohort)}])
    videos = videos_by_trial(cohorts, model.loaded.description.video)
    files = motion_files(cohorts, reading)
    trials, issues = {}, []
    for outcome in read_trajectories(files, reading):
        trial, its_issues, _ = strip(outcome, motion)
        issues += its_issues
        if trial is not None:
            name, frames = trial.info["trial_id"], trial.frames
            own = [videos[name]] if name in videos else []
            clips, of_video = read_clips(own, {name: len(frames) / motion.frame_rate_hz})
            issues += of_video
            trials[name] = MeasuredTrial(
                trial.info,
                model.loaded.motion(
                    encode_trial(model.motion_tokenizer, frames), frames, clips.get(name), name
                ),
                model.strangeness(frames),
                measured_labels(frames, motion.frame_rate_hz),
            )
    return trials, sorted(issues, key=lambda issue: issue.stage)


def _model_columns(folder: Path, description: ModelDescription) -> dict[str, str]:
    return {
        "model": description.name,
        "model_folder": str(folder.resolve()),
        "model_learnt_from": "simulated data" if description.simulated else "recordings",
    }


def _line(row: dict, trial: MeasuredTrial, model: AskableModel) -> dict:
    """A line of the table: whether the question applies, the answer, and how sure it is."""
    task = model.loaded.description.tasks[row["task"]]
    reason = model.why_not_promised(trial.strangeness)
    calibration = model.calibration(row["task"], promised=not reason)
    columns = _option_columns if row["kind"] == "classification" else _number_columns
    answer = NO_ANSWER if row["applies"] == NO else columns(row, task, calibration)
    return {
        "trial_id": row["trial_id"],
        "participant_id": trial.info["participant_id"],
        "file": trial.info["file"],
        "task": row["task"],
        "applies": row["applies"],
        "because": row["because"],
        **answer,
        "unit": task.unit,
        "measured_by_kinematics": _measured(row, task, trial.labels),
        "coverage": f"not promised: {reason}" if reason else "as calibrated",
        **_strangeness_columns(trial.strangeness),
        "only_if": only_if(task),
        **({"modalities": trial.motion.modalities} if trial.motion.video else {}),
        "generated_text": row.get("answer"),
        "question": row["question"],
    }


def _measured(row: dict, task: QuestionSettings, labels: Mapping[str, float]) -> str | None:
    """The answer that kinematics give to the same question."""
    if row["applies"] == NO:
        return None
    value = measured_label(labels, task.label, task.unit)
    return None if np.isnan(value) else f"{value:.{task.decimals}f}"


def _strangeness_columns(strangeness: Strangeness | None) -> dict:
    if strangeness is None:
        return {"strangeness": None, "familiar": None, "unrecorded_joints": None}
    return {
        "strangeness": round(strangeness.ratio, 2),
        "familiar": "yes" if strangeness.familiar else "no",
        "unrecorded_joints": strangeness.unrecorded_joints,
    }


def _option_columns(row: dict, task: QuestionSettings, calibration: Calibration) -> dict:
    estimate = option_estimate(row, calibration)
    answer, probability = estimate.ranked[0]
    probabilities = dict(estimate.ranked)
    return NO_ANSWER | {
        "answer": answer,
        "probability": round(probability, 3),
        **{
            _set_column(level): None if options is None else "; ".join(options)
            for level, options in estimate.sets.items()
        },
        "probabilities": "; ".join(f"{o} {probabilities[o]:.3f}" for o in row["options"]),
    }


def _number_columns(row: dict, task: QuestionSettings, calibration: Calibration) -> dict:
    digits = task.decimals
    estimate = number_estimate(row, calibration)
    return NO_ANSWER | {
        "answer": f"{estimate.value:.{digits}f}",
        "low": f"{estimate.low:.{digits}f}",
        "high": f"{estimate.high:.{digits}f}",
        **{
            _set_column(level): ends and f"{ends[0]:.{digits}f} to {ends[1]:.{digits}f}"
            for level, ends in estimate.intervals.items()
        },
    }


def _set_column(level: float) -> str:
    return f"set_{100 * level:.0f}"


NO_ANSWER = {
    "answer": None, "unit": "", "probability": None, "low": None, "high": None,
    **{_set_column(level): None for level in LEVELS}, "probabilities": "",
}  # fmt: skip
