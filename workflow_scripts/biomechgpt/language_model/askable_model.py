"""A model that can be asked about recordings: what applies to a movement, and how sure an answer is."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.language_model.model_folder import LoadedModel, load_model
from biomechgpt.language_model.motion_input import MotionInput
from biomechgpt.language_model.prediction import predict
from biomechgpt.questions.calibration import (
    UNCALIBRATED,
    Calibration,
    option_estimate,
    read_calibration,
)
from biomechgpt.questions.conditions import in_turn
from biomechgpt.questions.gates import NO, gate
from biomechgpt.questions.tasks import options_of
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.strangeness import Familiar, Strangeness, load_familiar, strangeness


class AskableModel(NamedTuple):
    """A model folder, fine-tuned or published, with what is needed to ask about recordings."""

    loaded: LoadedModel
    motion_tokenizer: StoredTokenizer
    familiar: Familiar | None  # None where the motion tokenizer had no validation people
    calibrations: Mapping[str, Calibration]  # by task, empty for a model that was not published

    def strangeness(self, angles_rad: np.ndarray) -> Strangeness | None:
        """How strange joint angles (T, 34) in rad are; None where nothing is known to compare with."""
        if self.familiar is None:
            return None
        return strangeness(angles_rad, self.motion_tokenizer, self.familiar)

    def why_not_promised(self, strangeness: Strangeness | None) -> str:
        """Why the model promises no coverage of a recording; empty where it does.

        The promise is about people like those whose answers the model was calibrated on.
        """
        if self.loaded.description.simulated:
            return "the model learnt from simulated movement, and this is a recording"
        if strangeness is None:
            return "nobody measured which movements are strange to this model"
        if not strangeness.familiar:
            return "the movement is unlike those of the people that sets were calibrated on"
        return ""

    def calibration(self, task: str, promised: bool) -> Calibration:
        """The calibration of a task; without sets and intervals where no coverage is promised."""
        calibration = self.calibrations.get(task, UNCALIBRATED)
        if promised:
            return calibration
        return calibration._replace(limits=dict.fromkeys(calibration.limits))


def open_model(folder: Path) -> AskableModel:
    """Open a model folder to ask about recordings.

    Raises:
        InputError: As `load_model` does.
    """
    tokenizer = folder / "motion_tokenizer"
    return AskableModel(
        load_model(folder),
        load_tokenizer(tokenizer),
        load_familiar(tokenizer),
        read_calibration(folder),
    )


def ask_in_turn(
    model: AskableModel, tasks: Collection[str], motions: Mapping[str, MotionInput]
) -> list[dict]:
    """Ask `tasks` about every motion, where the model's own answers to earlier tasks allow it.

    The question is the first training phrasing of a task. No label is looked at, since a new movement
    has none. `tasks` hold the earlier tasks, too; `motions` stand by trial id.

    Returns:
        Rows as `prediction.predict` gives them, with `applies` and `because` (`questions.gates.Gate`).
        Where `applies` is no, the model was not asked and the row has no answer.
    """
    all_tasks = model.loaded.description.tasks
    opinions: dict[str, dict[str, dict[str, float]]] = {trial_id: {} for trial_id in motions}
    rows = []
    for names in in_turn(all_tasks):
        questions = [
            _question(model, trial_id, task)
            | gate(task, all_tasks, {}, opinions[trial_id])._asdict()
            for trial_id in motions
            for task in names
            if task in tasks
        ]
        applicable = [question for question in questions if question["applies"] != NO]
        if applicable:
            answers = predict(model.loaded, pd.DataFrame(applicable), motions)
            for row in answers:
                if row["kind"] == "classification":
                    estimate = option_estimate(row, model.calibration(row["task"], promised=True))
                    opinions[row["trial_id"]][row["task"]] = dict(estimate.ranked)
            rows += answers
        rows += [question for question in questions if question["applies"] == NO]
    return rows


def _question(model: AskableModel, trial_id: str, task: str) -> dict:
    description = model.loaded.description
    return {
        "trial_id": trial_id,
        "task": task,
        "kind": description.tasks[task].kind,
        "question": description.questions[task],
        "options": options_of(description.tasks[task]),
    }
