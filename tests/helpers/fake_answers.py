"""Answers of one model to one task, made from arrays."""

import numpy as np
import pandas as pd

from biomechgpt.evaluation.answer_arrays import read_answers


def options(n):
    return [f"option {k}" for k in range(n)]


def choices(person, truth, probabilities, seed=None, fold="holdout", participants=None):
    """Rows of a classification; arrays over rows, probabilities (N, K)."""
    names = options(probabilities.shape[1])
    rows = _rows(person, seed, fold)
    rows["kind"] = "classification"
    rows["truth"] = [names[k] for k in truth]
    rows["truth_number"] = np.nan
    rows["parsed"] = [names[k] for k in probabilities.argmax(axis=1)]
    rows["options"] = [names] * len(rows)
    rows["probabilities"] = list(probabilities)
    return read_answers(rows, names, _people(rows, participants))


def certain(person, truth, answer, n_options, **more):
    """A classification that gives each answer all the probability; `n_options` for unreadable."""
    probabilities = np.vstack([np.eye(n_options), np.full(n_options, np.nan)])[answer]
    rows_with_nothing = np.asarray(answer) == n_options
    shown = np.where(rows_with_nothing[:, None], 0.0, probabilities)
    answers = choices(person, truth, shown, **more)
    answers.probabilities[rows_with_nothing] = np.nan
    return answers


def numbers(person, truth, number, low=np.nan, high=np.nan, seed=None, fold="holdout"):
    """Rows of a regression; arrays over rows."""
    rows = _rows(person, seed, fold)
    rows["kind"] = "regression"
    rows["truth"] = [str(value) for value in truth]
    rows["truth_number"] = np.asarray(truth, dtype=float)
    rows["parsed"] = None
    rows["number"] = np.asarray(number, dtype=float)
    rows["decided_number"] = rows["number"]
    rows["number_low"], rows["number_high"] = low, high
    rows["options"] = rows["probabilities"] = [[]] * len(rows)
    return read_answers(rows, [], _people(rows, None))


def _rows(person, seed, fold):
    n = len(person)
    rows = pd.DataFrame({"participant_id": [f"P{p:03d}" for p in person]})
    trial = pd.Series(person).groupby(person).cumcount()
    rows["trial_id"] = rows["participant_id"] + "_" + trial.astype(str)
    rows["voter"] = rows["participant_id"]
    rows["fold"] = np.broadcast_to(fold, n)
    rows["seed"] = np.zeros(n, dtype=int) if seed is None else seed
    rows["variant"], rows["task"], rows["phrasing_id"] = "model", "task", "held-0"
    rows["phrasing_held_out"], rows["answer"] = True, "text"
    rows["number_choice"] = ""
    for name in ("number", "number_mean", "number_median", "number_low", "number_high"):
        rows[name] = np.nan
    return rows


def _people(rows, participants):
    return pd.Index(
        sorted(rows["participant_id"].unique() if participants is None else participants)
    )
