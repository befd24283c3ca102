"""Rows of the long tables: every measure, confusion and unreadable answer of a model on a task."""

import numpy as np

from biomechgpt.evaluation import intervals
from biomechgpt.evaluation.answer_arrays import Answers
from biomechgpt.evaluation.scores import ModelScore


def metric_rows(score: ModelScore, seeds: np.ndarray, reading: str, size: dict) -> list[dict]:
    """Every measure: one row a seed, and one for the mean over seeds with SD and interval.

    `size` has n_participants and n_trials.
    """
    rows = []
    for metric, values in score.values.items():
        bounds = intervals.NONE
        if metric in score.draws:
            bounds = intervals.interval(score.draws[metric], size["n_participants"])
        head = {"reading": reading, "metric": metric, "label": ""}
        rows += _seed_rows(head, values, seeds, bounds, size)
    return rows


def class_rows(
    score: ModelScore, options: list[str], seeds: np.ndarray, reading: str, size: dict
) -> list[dict]:
    """Precision, recall, F1, support and participants of every class."""
    rows = []
    for metric, values in score.classes.items():
        for label, of_class in zip(options, values.T, strict=True):
            head = {"reading": reading, "metric": metric, "label": label}
            rows += _seed_rows(head, of_class.astype(float), seeds, intervals.NONE, size)
    return rows


def _seed_rows(
    head: dict, values: np.ndarray, seeds: np.ndarray, bounds: tuple[float, float], size: dict
) -> list[dict]:
    nothing = {"sd": np.nan, "low": np.nan, "high": np.nan}
    rows = [
        {**head, "seed": str(seed), "value": value, **nothing, **size, "n_seeds": 1}
        for seed, value in zip(seeds, values, strict=True)
    ]
    # The largest p stands for all seeds: a mean of p values has no meaning.
    centre = values.max() if head["metric"] == "p" else values.mean()
    sd = values.std(ddof=1) if len(values) > 1 else np.nan
    mean = {"value": centre, "sd": sd, "low": bounds[0], "high": bounds[1]}
    return [*rows, {**head, "seed": "mean", **mean, **size, "n_seeds": len(seeds)}]


def confusion_rows(score: ModelScore, answers: Answers, reading: str) -> list[dict]:
    """Counts of (truth, answer) of every seed; none for numbers."""
    if answers.numeric:
        return []
    columns = [(option, False) for option in answers.options] + [("", True)]
    return [
        {
            **{"seed": seed, "reading": reading, "truth": truth, "answer": answer},
            **{"unreadable": unreadable, "trials": int(counts[i, j])},
        }
        for seed, counts in zip(answers.seeds, score.confusions, strict=True)
        for i, truth in enumerate(answers.options)
        for j, (answer, unreadable) in enumerate(columns)
    ]


def unreadable_row(answers: Answers) -> dict:
    """How many generated texts could not be read: no text at all, or none of the list."""
    encoded = answers.encoded("text")
    lost = ~np.isfinite(encoded) if answers.numeric else encoded == len(answers.options)
    blank = lost & (answers.rows["answer"].fillna("").str.strip() == "").to_numpy()
    counts = {"unreadable": lost.sum(), "no_text": blank.sum(), "off_list": (lost & ~blank).sum()}
    counts = {name: int(count) for name, count in counts.items()}
    return {"answers": len(lost), **counts, **answers.size}
