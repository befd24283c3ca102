"""What a study needs of a finished run: its test trials, its questions, its settings."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from biomechgpt.body.frames import Trial, read_trials
from biomechgpt.config.whole import Config
from biomechgpt.errors import InputError
from biomechgpt.features.normal_gait import NormalGait
from biomechgpt.splits.accepted import read_accepted
from biomechgpt.splits.folds_file import read_folds

NEEDED_FILES = ("answers.parquet", "trials.parquet", "folds.tsv")
QUESTION_COLUMNS = ["trial_id", "participant_id", "split", "task", "kind"]
QUESTION_COLUMNS += ["question", "truth", "truth_number"]


class FinishedRun(NamedTuple):
    """A results folder, the config it was made with, the rows of its test trials, and what is normal."""

    results: Path
    config: Config
    trials: pd.DataFrame
    normal: NormalGait

    @property
    def frame_rate_hz(self) -> float:
        """Of all joint angles."""
        return self.config.motion.frame_rate_hz

    @property
    def answers(self) -> Path:
        """The file of all test answers."""
        return self.results / "answers.parquet"

    def read(self, trial_ids: Collection[str]) -> Iterator[Trial]:
        """The joint angles of some test trials, each file read once."""
        rows = self.trials[self.trials["trial_id"].isin(list(trial_ids))]
        for shard in rows["shard"].unique():
            for trial in read_trials(self.results / "joint_angles" / f"{shard}.parquet"):
                if trial.info["trial_id"] in trial_ids:
                    yield trial

    def is_simulated(self, trial: Trial) -> bool:
        """Whether a movement of this run was computed."""
        simulated = {cohort.name for cohort in self.config.cohorts if not cohort.path}
        return trial.info["cohort"] in simulated

    def questions(self, tasks: Collection[str]) -> pd.DataFrame:
        """The test questions of each fold's first seed, indexed by trial and task."""
        paths = sorted(self.results.glob("*/questions/seed-*.parquet"), reverse=True)
        first_seeds = {path.parent: path for path in paths}.values()
        table = pd.concat(pd.read_parquet(path, columns=QUESTION_COLUMNS) for path in first_seeds)
        table = table[(table["split"] == "test") & table["task"].isin(list(tasks))]
        return table.drop_duplicates(["trial_id", "task"]).set_index(["trial_id", "task"])


def open_run(results: Path, config: Config, normal: NormalGait) -> FinishedRun:
    """What is known of a run's test trials.

    Raises:
        InputError: `results` holds no finished run.
    """
    for name in NEEDED_FILES:
        if not (results / name).is_file():
            raise InputError(f"{results} has no {name}: run the workflow first, or correct `run`.")
    accepted, folds = read_accepted(results / "trials.parquet"), read_folds(results / "folds.tsv")
    tested = folds[folds["split"] == "test"]["participant_id"]
    trials = accepted[accepted["participant_id"].isin(tested)]
    return FinishedRun(results, config, trials, normal)
