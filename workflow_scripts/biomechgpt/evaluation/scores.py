"""Score one model on one task: measures of every seed, and their mean in every bootstrap draw."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation import intervals, metrics


class Score(NamedTuple):
    """One model on one task, read in one way.

    `values` has a row a seed and a column a measure; `draws` the mean over seeds in every draw,
    (D,) a measure; `classes` a row a (seed, option); `confusions` a (K, K + 1) array a seed.
    """

    values: pd.DataFrame
    draws: dict[str, np.ndarray]
    classes: pd.DataFrame
    confusions: dict[int, np.ndarray]


class Resampling(NamedTuple):
    """The participants of a split and how often each is drawn: `weights` is (D, P)."""

    participants: pd.Index
    weights: np.ndarray


def resample(participants: pd.Series, n_draws: int, seed: int) -> Resampling:
    """The draws all tasks and models of a split share; they do not depend on the order of rows."""
    index = pd.Index(sorted(participants.unique()))
    return Resampling(index, intervals.participant_weights(len(index), n_draws, seed))


def task_options(rows: pd.DataFrame) -> list[str]:
    """All answer options of a task, in the order in which its rows name them."""
    return list(dict.fromkeys(option for options in rows["options"] for option in options))


def score_classification(
    rows: pd.DataFrame, options: list[str], resampling: Resampling, reading: str
) -> Score:
    """Score rows of one model and task; `reading` is `answer` (most probable) or `text`."""
    values, classes, confusions, draws = {}, [], {}, []
    size = (len(resampling.participants), len(options))
    for seed, group in rows.groupby("seed"):
        truth = metrics.encode_truth(group["truth"], options)
        answer = _encode(group, options, reading)
        person = resampling.participants.get_indexer(group["participant_id"])
        sums = intervals.classification_sums(truth, answer, person, size)
        draws.append(intervals.classification_draws(sums, resampling.weights))
        values[seed] = metrics.classification_metrics(truth, answer, len(options))
        by_class = metrics.class_metrics(truth, answer, len(options))
        by_class["participants"] = (sums.sum(axis=2) > 0).sum(axis=0)
        classes.append(pd.DataFrame({"seed": seed, "label": options, **by_class}))
        confusions[seed] = metrics.confusion(truth, answer, len(options))
    by_seed = pd.DataFrame.from_dict(values, orient="index")
    return Score(by_seed, _mean(draws), pd.concat(classes, ignore_index=True), confusions)


def _encode(rows: pd.DataFrame, options: list[str], reading: str) -> np.ndarray:
    if reading == "text":
        return metrics.encode_answers(rows["parsed"], options)
    return metrics.encode_most_probable(rows["options"], rows["probabilities"], options)


def score_regression(rows: pd.DataFrame, resampling: Resampling, reading: str) -> Score:
    """Score the numbers of one model and task; `reading` as for a classification."""
    numbers = rows["number"] if reading == "text" else metrics.decided_numbers(rows)
    values, draws = {}, []
    for seed, group in rows.groupby("seed"):
        truth = group["truth_number"].to_numpy(np.float64)
        number = numbers[group.index].to_numpy(np.float64, na_value=np.nan)
        person = resampling.participants.get_indexer(group["participant_id"])
        sums = intervals.regression_sums(truth, number, person, len(resampling.participants))
        draws.append(intervals.regression_draws(sums, resampling.weights))
        values[seed] = metrics.regression_metrics(truth, number)
    return Score(pd.DataFrame.from_dict(values, orient="index"), _mean(draws), pd.DataFrame(), {})


def _mean(draws: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.mean([one[name] for one in draws], axis=0) for name in draws[0]}
