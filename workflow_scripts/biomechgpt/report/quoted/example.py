"""One test trial of a run, with what the language model answered: the picture of README."""

from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.evaluation.drawing_style import plain
from biomechgpt.report.movement_page.skeleton import DRAWN, POINTS, SIDES, joint_centres
from biomechgpt.settings.run_settings import RunSettings
from biomechgpt.settings.tasks_section import TaskSettings
from biomechgpt.tokenizer.windows import select_trials

RATE_HZ = 15.0
LOOP_S = (1.2, 3.0)  # the shortest and the longest stretch that is shown
VIEW_DEG = 35.0  # how far the viewer stands in front of the person's right side
N_ANSWERS = 3


def example_of_run(folder: Path, settings: RunSettings) -> dict:
    """The test trial with the most questions, its movement in a plane, and the first answers.

    Of trials with equally many the first by name is taken, whatever its answers are. `paths_cm` has,
    for the bones of each side, their ends (T, n, 2, 2): frame, bone, start and end, right and up.

    Args:
        folder: The run's results.
        settings: Those of the run.
    """
    variant, seed = next(iter(settings.variants)), settings.finetune.seeds[0]
    answers = pd.read_parquet(folder / "answers.parquet")
    answers = answers[(answers["variant"] == variant) & (answers["seed"] == seed)]
    trial_id = answers["trial_id"].value_counts(sort=False).sort_index().idxmax()
    rows = answers[answers["trial_id"] == trial_id]
    fold = rows["fold"].iloc[0]
    questions = pd.read_parquet(folder / fold / "questions" / f"seed-{seed}.parquet")
    questions = questions[questions["trial_id"] == trial_id].set_index("task")["question"]
    shards = sorted(pd.read_parquet(folder / "trials.parquet")["shard"].unique())
    files = [folder / "joint_angles" / f"{shard}.parquet" for shard in shards]
    (trial,) = select_trials(files, {trial_id})
    return {
        "trial_id": trial_id,
        "frame_rate_hz": RATE_HZ,
        "paths_cm": _paths(trial.frames, settings.motion.frame_rate_hz),
        "answers": [
            _answer(row, questions[row.task], settings.tasks[row.task])
            for row in rows.head(N_ANSWERS).itertuples()
        ],
    }


def _answer(row, question: str, task: TaskSettings) -> dict:
    """A question of the trial, the answer in words with its probability, and the truth."""
    if row.kind == "classification":
        answer = f"{row.decided} ({row.confidence:.0%})"
        return {"question": question, "answer": answer, "truth": row.truth}
    return {
        "question": question,
        "answer": f"{plain(row.task)} {row.number:.3g} {task.unit}",
        "truth": f"{row.truth_number:.3g} {task.unit}",
    }


def _paths(angles_rad: np.ndarray, frame_rate_hz: float) -> dict[str, list]:
    centres_m = joint_centres(angles_rad[:: round(frame_rate_hz / RATE_HZ)])
    shortest, longest = (int(seconds * RATE_HZ) for seconds in LOOP_S)
    steps_m = np.linalg.norm(centres_m[shortest : longest + 1] - centres_m[0], axis=2).mean(axis=1)
    loop = centres_m[: shortest + int(np.argmin(steps_m))]  # ends as it begins
    turn = np.deg2rad(VIEW_DEG)
    right = loop[..., 0] * np.cos(turn) + loop[..., 2] * np.sin(turn)
    plane = np.rint(100 * np.stack([right, loop[..., 1]], axis=-1)).astype(int)
    paths: dict[str, list] = {}
    for start, end in DRAWN:
        side = SIDES.get(end.rpartition("_")[2], "middle")
        bone = plane[:, [POINTS.index(start), POINTS.index(end)]]
        paths.setdefault(side, []).append(bone)
    return {side: np.stack(bones, axis=1).tolist() for side, bones in paths.items()}
