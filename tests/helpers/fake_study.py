"""A small finished run of simulated walks with made-up answers, and the config of a study of it."""

import copy
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.config.reading import read_config
from biomechgpt.config.whole import Config
from biomechgpt.recordings.opensim_writer import write_joint_angles
from biomechgpt.recordings.recording import reading_with
from biomechgpt.study.export import write_study
from biomechgpt.study.study_config import MAPS
from biomechgpt.study.study_folder import StudyFolder
from tests.helpers.normal_walks import normal_gait
from tests.helpers.paths import read_yaml
from tests.helpers.simulated_trials import RATE_HZ, trial

N_TRIALS = 30
OPTIONS = ["none", "cane", "walker"]
MODEL, OTHER = "tiny-continuous", "xgboost"
STUDY = {
    "name": "pilot",
    "raters": ["R1", "R2", "R3"],
    "seed": 5,
    "repeats": 0.2,
    "bootstrap_draws": 400,
    "explanations": {
        "items": 20,
        "items_per_rater": None,
        "lures": 0.1,
        "tasks": ["assistive_device", "walking_speed"],
        "arms": {
            "secret-zebra": {"model": MODEL, "shows": "evidence"},
            "secret-okapi": {"model": OTHER, "shows": "answer"},
        },
        "scales": {"plausible": "It is plausible.", "grounded": "It is grounded."},
    },
}


def config_with(study: dict) -> Config:
    """The shipped config with a section `study`."""
    default = read_yaml("config.yaml")
    return read_config(copy.deepcopy(default) | {"study": copy.deepcopy(study)}, default)


@cache
def walk(seed: int) -> np.ndarray:
    """Joint angles (T, 34) of a simulated walk of about six seconds."""
    _, simulated = trial("overground walking", seed=seed)
    return np.deg2rad(simulated.angles_deg[: 6 * RATE_HZ, : len(JOINT_NAMES)])


def write_run(results: Path) -> None:
    """Two trials a person; the first model is right twice of three times, the second once."""
    (results / "joint_angles").mkdir(parents=True)
    people = [f"person-{number // 2}" for number in range(N_TRIALS)]
    names = [f"trial-{number}" for number in range(N_TRIALS)]
    with FrameWriter(results / "joint_angles/0.parquet", JOINT_NAMES, unit="rad") as writer:
        for number, (name, person) in enumerate(zip(names, people, strict=True)):
            info = {"trial_id": name, "participant_id": person, "cohort": "simulated"}
            writer.write(info | {"missing_joints": []}, walk(number % 5))
    trials = pd.DataFrame({"trial_id": names, "participant_id": people, "shard": 0})
    trials = trials.assign(n_frames=6 * RATE_HZ, duration_s=6.0)
    trials = trials.assign(n_frames=6 * RATE_HZ, duration_s=6.0)
    trials.to_parquet(results / "trials.parquet")
    folds = pd.DataFrame(
        {"fold": "holdout", "participant_id": sorted(set(people)), "split": "test"}
    )
    folds.to_csv(results / "folds.tsv", sep="\t", index=False)
    questions = pd.DataFrame([_question(row, task) for row in trials.itertuples() for task in
                              STUDY["explanations"]["tasks"]])  # fmt: skip
    (results / "holdout/questions").mkdir(parents=True)
    questions.to_parquet(results / "holdout/questions/seed-0.parquet")
    answers = [_answers(questions, model, step) for model, step in ((MODEL, 3), (OTHER, 2))]
    pd.concat(answers).to_parquet(results / "answers.parquet")


def _question(row, task: str) -> dict:
    number = int(row.trial_id.rpartition("-")[2])
    is_class = task == "assistive_device"
    truth_number = np.nan if is_class else 0.5 + number / 30
    return {
        "trial_id": row.trial_id,
        "participant_id": row.participant_id,
        "split": "test",
        "task": task,
        "kind": "classification" if is_class else "regression",
        "question": f"What about the {task.replace('_', ' ')} of this walk?",
        "truth": OPTIONS[number % 3] if is_class else f"{truth_number:.2f}",
        "truth_number": truth_number,
    }


def _answers(questions: pd.DataFrame, model: str, step: int) -> pd.DataFrame:
    number = questions["trial_id"].str.rpartition("-")[2].astype(int)
    is_class, wrong = questions["kind"] == "classification", number % step == 0
    decided = [OPTIONS[(n + w) % 3] for n, w in zip(number, wrong, strict=True)]
    return questions.drop(columns=["question", "split"]).assign(
        fold="holdout",
        variant=model,
        seed=0,
        phrasing_held_out=True,
        answer="as it was written",
        decided=pd.Series(decided).where(is_class, None).to_numpy(object),
        right=np.where(is_class, ~wrong, None),
        number=questions["truth_number"] + 0.123456 * step,
    )


def write_folder(folder: Path, names: list[str]) -> None:
    """A cohort folder of the walks as OpenSim files, all angles a tenth smaller."""
    folder.mkdir(parents=True)
    for number, name in enumerate(names):
        columns = dict(zip(JOINT_NAMES, 0.9 * walk(number % 5).T, strict=True))
        write_joint_angles(folder / f"{name}.mot", columns, RATE_HZ)
    rows = [f"{name}\tP{number}\t{name}.mot\tbiomechgpt34" for number, name in enumerate(names)]
    head = "trial_id\tparticipant_id\tfile\tcoordinate_map"
    (folder / "trials.tsv").write_text("\n".join([head, *rows]) + "\n")
    people = "\n".join(["participant_id\tsex", *(f"P{n}\tn/a" for n in range(len(names)))])
    (folder / "participants.tsv").write_text(people + "\n")


def export(folder: Path, study: dict = STUDY) -> StudyFolder:
    """The study of a run that `write_run` wrote into `folder`."""
    config = config_with(study)
    reading = reading_with(MAPS, config.ingest)
    return write_study(config, folder / "results", reading, normal_gait(), folder)


def overlay(path: Path, study: dict) -> Path:
    """A config file with a section `study`."""
    path.write_text(yaml.safe_dump({"study": study}), encoding="utf-8")
    return path
