"""Paired differences: between two models on the same trials, between two kinds of phrasing."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation import agreement, intervals, metrics
from biomechgpt.evaluation.answer_arrays import Answers
from biomechgpt.evaluation.scores import ModelScore, score

COMPARED = {"classification": ("macro_f1", "weighted_f1"), "regression": ("mae", "r")}


class ComparedModel(NamedTuple):
    """A model on a task: its answers, their score, and the (fold, trial) that it answered."""

    name: str
    answers: Answers
    score: ModelScore
    trials: pd.MultiIndex


def model(name: str, answers: Answers, its_score: ModelScore) -> ComparedModel:
    """Put together what a comparison needs."""
    return ComparedModel(name, answers, its_score, _trials(answers).unique().sort_values())


def pairs(
    models: list[ComparedModel], weights: np.ndarray
) -> Iterator[tuple[ComparedModel, ComparedModel]]:
    """Every pair in the order of `models`, both on the trials that both answered."""
    for i, first in enumerate(models):
        for other in models[i + 1 :]:
            shared = first.trials.intersection(other.trials)
            if len(shared):
                yield tuple(_restricted(each, shared, weights) for each in (first, other))


def comparison_rows(first: ComparedModel, other: ComparedModel) -> list[dict]:
    """`first` minus `other`, positive where `first` is better."""
    kind = "regression" if first.answers.numeric else "classification"
    names = {"variant": first.name, "other": other.name}
    n_seeds = {"n_seeds": len(first.answers.seeds), "other_n_seeds": len(other.answers.seeds)}
    own = _own_difference(first, other)[1]
    rows = (_difference(first, other, metric, own) for metric in COMPARED[kind])
    return [{**names, **row, **n_seeds} for row in rows]


def lead(first: ComparedModel, other: ComparedModel, metric: str) -> np.ndarray:
    """How far `first` is ahead of `other` (1 + D,): in the data, then in every draw."""
    sign = -1 if metric in metrics.LOWER_IS_BETTER else 1
    own, theirs = (
        np.append(each.score.values[metric].mean(), each.score.draws[metric])
        for each in (first, other)
    )
    return sign * (own - theirs)


def phrasing_rows(answers: Answers, weights: np.ndarray) -> list[dict]:
    """Held-out minus seen phrasings of a model asked in both, positive where held-out go better.

    No rows where no trial was asked in both.
    """
    held_out = answers.rows["phrasing_held_out"].to_numpy(bool)
    sides = [answers.only(keep) for keep in (held_out, ~held_out)]
    models = [model("", side, score(side, weights, "answer")) for side in sides]
    rows = []
    for first, other in pairs(models, weights):
        own = _own_difference(first, other)[1]
        for metric in COMPARED["regression" if answers.numeric else "classification"]:
            means = (each.score.values[metric].mean() for each in (first, other))
            levels = dict(zip(("held_out", "seen"), means, strict=True))
            rows.append({**levels, **_difference(first, other, metric, own)})
    return rows


def t_rows(first: ComparedModel, other: ComparedModel | None) -> list[dict]:
    """The t-interval over participants of the level of `first`, or of its difference from `other`."""
    measure, own = _own_difference(first, other)
    low, high = intervals.t_interval(own)
    row = {"variant": first.name, "other": other.name if other else "", "measure": measure}
    row |= {"value": own.mean() if len(own) else np.nan, "low": low, "high": high}
    verdict = paired_verdict(own, len(own), (low, high)) if other else ""
    return [{**row, "verdict": verdict, "n_participants": len(own)}]


def _own_difference(first: ComparedModel, other: ComparedModel | None) -> tuple[str, np.ndarray]:
    """The measure that each participant has and its differences (P,), positive: `first` is better.

    Without `other` the level of `first`. A participant whose measure is undefined is left out.
    """
    measure, sign, own = own_measure(first.answers)
    if other is not None:
        own = sign * (own - own_measure(other.answers)[2])
    return measure, own[np.isfinite(own)]


def own_measure(answers: Answers) -> tuple[str, int, np.ndarray]:
    """Its name, its sign (1: more is better) and its value for each participant, NaN if absent."""
    encoded = answers.encoded("answer")
    if answers.numeric:
        name, sign, values = "mae", -1, agreement.absolute_errors(answers.truth, encoded)
    else:
        name, sign, values = "accuracy", 1, (encoded == answers.truth).astype(float)
    n = answers.person.max() + 1
    with np.errstate(invalid="ignore"):
        own = np.bincount(answers.person, values, n) / np.bincount(answers.person, minlength=n)
    return name, sign, own


def _difference(first: ComparedModel, other: ComparedModel, metric: str, own: np.ndarray) -> dict:
    """The difference of `metric`; `own` are those of each participant, for the t-test."""
    differences, size = lead(first, other, metric), first.answers.size
    value, draws = differences[0], differences[1:]
    low, high = intervals.interval(draws, size["n_participants"])
    verdict = paired_verdict(differences, size["n_participants"], (low, high))
    row = {"metric": metric, "difference": value, "low": low, "high": high, "verdict": verdict}
    return {**row, "p": _p_value(verdict, value, draws, own), **size}


def _p_value(verdict: str, value: float, draws: np.ndarray, own: np.ndarray) -> float:
    """The larger p of bootstrap and t-test with few participants, else that of the bootstrap."""
    if verdict == "not estimable":
        return np.nan
    p = intervals.bootstrap_p(draws)
    few = len(own) < intervals.T_TEST_PARTICIPANTS
    return max(p, intervals.t_test_p(own, value)) if few else p


def paired_verdict(
    differences: np.ndarray, n_participants: int, bounds: tuple[float, float]
) -> str:
    """The verdict; two models that answer alike have no interval, yet are not told apart."""
    enough = n_participants >= intervals.FEWEST_PARTICIPANTS
    if enough and np.max(np.abs(differences)) <= 1e-12:
        return "not distinguishable"
    return intervals.verdict(bounds)


def _trials(answers: Answers) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(answers.rows[["fold", "trial_id"]])


def _restricted(first: ComparedModel, trials: pd.MultiIndex, weights: np.ndarray) -> ComparedModel:
    """The model on `trials` alone."""
    if len(trials) == len(first.trials):
        return first
    answers = first.answers.only(_trials(first.answers).isin(trials))
    return ComparedModel(first.name, answers, score(answers, weights, "answer"), trials)
