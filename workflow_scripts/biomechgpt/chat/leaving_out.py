"""Ask a model about a movement again and again, each time without another stretch of it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from biomechgpt.chat.run_trials import ChatTrial
from biomechgpt.chat.sensitivity import Sensitivity
from biomechgpt.language_model.askable_model import AskableModel, ask_in_turn
from biomechgpt.questions.calibration import number_estimate, option_estimate

STRETCHES = 10


def without_stretches(model: AskableModel, task: str, trial: ChatTrial) -> Sensitivity | None:
    """Ask `task` about a movement, whose tokens are known, without each of its stretches.

    A video of it is read whole. None where the movement is too short to cut.
    """
    codes, angles_rad = trial.tokens, trial.angles_rad
    description = model.loaded.description
    step = description.frames_per_token
    edges = np.unique(np.linspace(0, len(codes), min(STRETCHES, len(codes)) + 1).astype(int))
    if len(edges) < 3:
        return None
    video = (trial.clip, trial.name)
    motions = {"whole": model.loaded.motion(codes, angles_rad, *video)}
    for i, (start, end) in enumerate(pairwise(edges)):
        kept = np.delete(angles_rad, slice(round(start * step), round(end * step)), axis=0)
        motions[str(i)] = model.loaded.motion(np.delete(codes, slice(start, end)), kept, *video)
    rows = {row["trial_id"]: row for row in ask_in_turn(model, [task], motions)}
    of, values = _values(model, task, [rows[name] for name in motions])
    is_number = description.tasks[task].kind != "classification"
    return Sensitivity(
        ends_s=[float(edge * step / description.frame_rate_hz) for edge in edges],
        changes=[value - values[0] for value in values[1:]],
        whole=values[0],
        unit=description.tasks[task].unit if is_number else "percentage points",
        decimals=description.tasks[task].decimals if is_number else 1,
        of=of,
    )


def _values(model: AskableModel, task: str, rows: Sequence[dict]) -> tuple[str, list[float]]:
    """The answer about the whole movement, and its share in percent or the number in every row."""
    calibration = model.calibration(task, promised=True)
    if model.loaded.description.tasks[task].kind != "classification":
        return task, [number_estimate(row, calibration).value for row in rows]
    estimates = [dict(option_estimate(row, calibration).ranked) for row in rows]
    option = max(estimates[0], key=estimates[0].get)
    return option, [100 * shares[option] for shares in estimates]
