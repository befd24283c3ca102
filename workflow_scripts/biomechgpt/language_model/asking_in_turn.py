"""Ask a model what applies to a movement, by its own earlier answers."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from biomechgpt.language_model.model_folder import Model
from biomechgpt.language_model.prediction import predict
from biomechgpt.questions.calibration import UNCALIBRATED, Calibration, at_temperature
from biomechgpt.questions.conditions import in_turn
from biomechgpt.questions.gates import NO, gate


def ask_in_turn(
    loaded: Model,
    questions: pd.DataFrame,
    motions: Mapping[str, np.ndarray],
    calibrations: Mapping[str, Calibration],
) -> list[dict]:
    """Answer what applies, or may apply: rows as `prediction.predict` gives them, with a gate.

    `questions` hold for each trial those that others wait for, too. Each row has `applies` and
    `because` (`questions.gates.Gate`); where `applies` is no, the model was not asked and the row
    has no answer. No label is looked at: whoever brings a movement has none.
    """
    tasks = loaded.description["tasks"]
    opinions: dict[str, dict] = {trial: {} for trial in questions["trial_id"]}
    rows = []
    for names in in_turn(tasks):
        judged = [
            row | gate(row["task"], tasks, {}, opinions[row["trial_id"]])._asdict()
            for row in questions[questions["task"].isin(names)].to_dict("records")
        ]
        open_to = [row for row in judged if row["applies"] != NO]
        answered = predict(loaded, pd.DataFrame(open_to), motions, tasks) if open_to else []
        for row in answered:
            if row["kind"] == "classification":
                calibration = calibrations.get(row["task"], UNCALIBRATED)
                opinions[row["trial_id"]][row["task"]] = _shares(row, calibration)
        rows += [row for row in judged if row["applies"] == NO] + answered
    return rows


def _shares(row: Mapping, calibration: Calibration) -> dict[str, float]:
    shares = at_temperature(np.array(row["probabilities"]), calibration.temperature)
    return dict(zip(row["options"], shares.tolist(), strict=True))
