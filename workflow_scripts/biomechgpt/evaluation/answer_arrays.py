"""The answers of one model to one task, as arrays that all measures share."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation import intervals, metrics


class Resampling(NamedTuple):
    """The participants of a split and how often each is drawn.

    `weights` is (1 + D, P): row 0 is all ones, the data as they are, the others are the draws, so
    that one product of matrices gives a figure and all its draws.
    """

    participants: pd.Index
    weights: np.ndarray


class Answers(NamedTuple):
    """What one model answered to one task in one split; arrays over the rows (N,).

    `seed` and `person` are positions in `seeds` and in the participants of the resampling; `truth`
    is a position in `options`, or the number. `probabilities` (N, K) has NaN rows where a model
    gave none, and no columns for numbers.
    """

    rows: pd.DataFrame
    options: list[str]
    seeds: np.ndarray
    seed: np.ndarray
    person: np.ndarray
    truth: np.ndarray
    probabilities: np.ndarray

    @property
    def numeric(self) -> bool:
        """Whether the task asks for a number."""
        return not self.options

    @property
    def size(self) -> dict[str, int]:
        """The participants and trials behind every figure."""
        return {
            "n_participants": len(np.unique(self.person)),
            "n_trials": self.rows["trial_id"].nunique(),
        }

    def encoded(self, reading: str) -> np.ndarray:
        """What was answered, encoded as `truth` is; K or NaN where it cannot be read.

        `reading`: `answer` (most probable option, decided number) or `text`.
        """
        if self.numeric:
            numbers = self.rows["number" if reading == "text" else "decided_number"]
            return numbers.to_numpy(np.float64, na_value=np.nan)
        if reading == "text":
            return metrics.encode_answers(self.rows["parsed"], self.options)
        return metrics.most_probable(self.probabilities)

    def only(self, keep: np.ndarray) -> "Answers":
        """The rows of a mask (N,) or at positions."""
        seeds, seed = np.unique(self.seeds[self.seed[keep]], return_inverse=True)
        arrays = (array[keep] for array in (self.person, self.truth, self.probabilities))
        return Answers(self.rows.iloc[keep], self.options, seeds, seed, *arrays)

    def summed(self, values: np.ndarray, n_participants: int) -> np.ndarray:
        """The sums (S, P, C) of values (N, C) over each seed's rows of each participant."""
        cell = self.seed * n_participants + self.person
        n_cells = len(self.seeds) * n_participants
        columns = [np.bincount(cell, column, n_cells) for column in values.T]
        return np.stack(columns, axis=-1).reshape(len(self.seeds), n_participants, len(columns))


def resample(participants: pd.Series, n_draws: int, seed: int) -> Resampling:
    """The draws all tasks and models of a split share; they do not depend on the order of rows."""
    index = pd.Index(sorted(participants.unique()))
    weights = intervals.participant_weights(len(index), n_draws, seed)
    return Resampling(index, np.vstack([np.ones(len(index)), weights]))


def task_options(rows: pd.DataFrame) -> list[str]:
    """All answer options of a task, in the order in which its rows name them."""
    return list(dict.fromkeys(option for options in rows["options"] for option in options))


def read_answers(rows: pd.DataFrame, options: list[str], participants: pd.Index) -> Answers:
    """The arrays of one model's rows of one task. InputError where a truth is none of the options."""
    seeds, seed = np.unique(rows["seed"].to_numpy(), return_inverse=True)
    person = participants.get_indexer(rows["participant_id"])
    if not options:
        truth = rows["truth_number"].to_numpy(np.float64)
        return Answers(rows, options, seeds, seed, person, truth, np.empty((len(rows), 0)))
    truth = metrics.encode_truth(rows["truth"], options)
    probabilities = metrics.probability_matrix(rows["options"], rows["probabilities"], options)
    return Answers(rows, options, seeds, seed, person, truth, probabilities)


def confusion_sums(answers: Answers, encoded: np.ndarray, n_participants: int) -> np.ndarray:
    """Confusion counts (S, P, K, K + 1) of each seed and participant."""
    k = len(answers.options)
    shape = (len(answers.seeds), n_participants, k, k + 1)
    cell = np.ravel_multi_index((answers.seed, answers.person, answers.truth, encoded), shape)
    return np.bincount(cell, minlength=np.prod(shape)).reshape(shape)


def in_draws(sums: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums (S, P, ...) over the participants of every draw: (1 + D, S, ...)."""
    return np.tensordot(weights, sums, axes=([1], [1]))
