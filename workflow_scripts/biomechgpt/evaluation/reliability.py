"""Whether confidence can be trusted: reliability bins, sets and intervals that hold the truth, and
what is gained by answering only when certain.
"""

from typing import NamedTuple

import numpy as np

from biomechgpt.evaluation import agreement, conformal, intervals, metrics, probabilities
from biomechgpt.evaluation.answers import Answers, in_draws
from biomechgpt.evaluation.calibration import Calibrated, predicted_interval

TARGETS = np.arange(1, 11) / 10
PREDICTED_LEVEL = 0.9  # number_low and number_high are the 5 % and 95 % quantiles


class Interval(NamedTuple):
    """Ends (N,) of a kind of interval for numbers, NaN where there is none."""

    method: str
    level: float
    low: np.ndarray
    high: np.ndarray


def reliability_rows(answers: Answers, calibrated: np.ndarray, weights: np.ndarray) -> list[dict]:
    """Confidence and accuracy in bins of equally many answers, all seeds together."""
    readings = {"answer": answers.probabilities, "calibrated": calibrated}
    return [
        {"reading": reading, **row}
        for reading, given in readings.items()
        for row in _bin_rows(answers, given, weights)
    ]


def _bin_rows(answers: Answers, given: np.ndarray, weights: np.ndarray) -> list[dict]:
    known = np.isfinite(given).all(axis=1)
    if not known.any():
        return []
    answers, given = answers.only(known), given[known]
    confidence, hit = given.max(axis=1), metrics.most_probable(given) == answers.truth
    own_bin = probabilities.bins(confidence)
    of_bin = np.eye(own_bin.max() + 1)[own_bin]
    sums = np.stack(
        [
            answers.summed(of_bin * value[:, None], weights.shape[1]).sum(axis=0)
            for value in (np.ones(len(hit)), hit, confidence)
        ]
    )  # (3, P, B)
    with np.errstate(divide="ignore", invalid="ignore"):
        accuracy = (weights @ sums[1]) / (weights @ sums[0])  # (1 + D, B)
    n_answers, people = sums[0].sum(axis=0), (sums[0] > 0).sum(axis=0)
    rows = []
    for b in range(own_bin.max() + 1):
        low, high = intervals.interval(accuracy[1:, b], people[b])
        mean = sums[2, :, b].sum() / n_answers[b]
        row = {"bin": b, "confidence": mean, "accuracy": accuracy[0, b], "low": low, "high": high}
        rows.append({**row, "n_answers": int(n_answers[b]), "n_participants": int(people[b])})
    return rows


def set_rows(answers: Answers, calibrated: Calibrated, weights: np.ndarray) -> list[dict]:
    """How often the sets hold the truth and how large they are, over all and for each true class."""
    rank = _rank_of_truth(calibrated.probabilities, answers.truth)
    rows = []
    for place, level in enumerate(conformal.LEVELS):
        sizes = conformal.set_sizes(calibrated.probabilities, calibrated.limits[:, place])
        classes = [("", np.ones(len(rank), dtype=bool))]
        classes += [(name, answers.truth == k) for k, name in enumerate(answers.options)]
        for label, of_class in classes:
            keep = of_class & np.isfinite(sizes)
            if label and not of_class.any():
                continue
            mine = answers.only(keep)
            values = [rank[keep] < sizes[keep], sizes[keep], sizes[keep] == 1]
            found = _held(mine, np.column_stack(values).astype(float), weights)
            names = ("mean_size", "single_share")
            sizes_found = dict(zip(names, found.pop("others"), strict=True))
            head = {"level": level, "label": label, "n_options": len(answers.options)}
            rows.append({**head, **found, **sizes_found})
    return rows


def interval_rows(answers: Answers, calibrated: Calibrated, weights: np.ndarray) -> list[dict]:
    """How often the intervals of numbers hold the truth and how wide they are."""
    rows = []
    for kind in number_intervals(answers, calibrated):
        known = np.isfinite(kind.low) & np.isfinite(kind.high)
        mine, low, high = answers.only(known), kind.low[known], kind.high[known]
        held = (low - 1e-9 <= mine.truth) & (mine.truth <= high + 1e-9)
        found = _held(mine, np.column_stack([held, high - low]).astype(float), weights)
        found["mean_width"] = found.pop("others")[0]
        rows.append({"method": kind.method, "level": kind.level, **found})
    return rows


def number_intervals(answers: Answers, calibrated: Calibrated) -> list[Interval]:
    """The intervals as predicted (if the model gives any) and as corrected."""
    low, high = predicted_interval(answers)
    own = (answers.rows[name].to_numpy(np.float64) for name in ("number_low", "number_high"))
    found = [Interval("predicted", PREDICTED_LEVEL, *own)]
    for place, level in enumerate(conformal.LEVELS):
        added = calibrated.limits[:, place]
        # A negative limit narrows; ends that would pass each other meet in the middle.
        added = np.maximum(added, (low - high) / 2)
        found.append(Interval("corrected", level, low - added, high + added))
    return [kind for kind in found if kind.method == "corrected" or np.isfinite(kind.low).any()]


def _held(answers: Answers, values: np.ndarray, weights: np.ndarray) -> dict:
    """Coverage (the first column of values) with its interval, and the means of the other columns.

    Each participant weighs the same, as in the guarantee of the conformal limit.
    """
    size = {**answers.size, "n_seeds": len(answers.seeds)}
    nothing = {"coverage": np.nan, "low": np.nan, "high": np.nan, "trial_coverage": np.nan}
    if not len(values):
        return {**nothing, "others": [np.nan] * (values.shape[1] - 1), **size}
    sums = answers.summed(np.column_stack([np.ones(len(values)), values]), weights.shape[1])
    count = sums[..., :1]
    own = np.divide(sums[..., 1:], count, out=np.zeros_like(sums[..., 1:]), where=count > 0)
    total = in_draws(np.concatenate([count > 0, own], axis=-1), weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total[..., 1:] / total[..., :1]).mean(axis=1)  # (1 + D, C), mean of the seeds
    low, high = intervals.interval(mean[1:, 0], size["n_participants"])
    found = {"coverage": mean[0, 0], "low": low, "high": high}
    return {**found, "trial_coverage": values[:, 0].mean(), "others": mean[0, 1:], **size}


def _rank_of_truth(given: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The place of the truth (N,) among the options by probability, 0 for the first."""
    order = np.argsort(-given, axis=1, kind="stable")
    return (order == truth[:, None]).argmax(axis=1)


def risk_rows(answers: Answers, calibrated: np.ndarray, weights: np.ndarray) -> list[dict]:
    """The risk among the answers a model is most certain of, for rising shares that it answers."""
    certainty, loss = certainties(answers, calibrated)
    if certainty is None:
        return []
    asked = np.zeros((len(loss), len(TARGETS)))
    for seed in range(len(answers.seeds)):
        mine = answers.seed == seed
        ordered = np.sort(certainty[mine])[::-1]
        least = ordered[np.ceil(TARGETS * len(ordered) - 1e-9).astype(int) - 1]
        asked[mine] = certainty[mine][:, None] >= least
    n_people = weights.shape[1]
    answered = in_draws(answers.summed(asked, n_people), weights)  # (1 + D, S, T)
    lost = in_draws(answers.summed(asked * loss[:, None], n_people), weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = (lost / answered).mean(axis=1)
    rows = []
    for t, target in enumerate(TARGETS):
        mine = answers.only(asked[:, t] > 0)
        low, high = intervals.interval(risk[1:, t], mine.size["n_participants"])
        row = {"target": target, "answered": asked[:, t].mean(), "risk": risk[0, t]}
        rows.append({**row, "low": low, "high": high, **mine.size})
    return rows


def certainties(answers: Answers, calibrated: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """How certain a model is of each answer, (N,), None if it does not say; and what each costs."""
    given = answers.given("answer")
    if answers.numeric:
        loss = agreement.absolute_errors(answers.truth, given)
        width = (answers.rows["number_high"] - answers.rows["number_low"]).to_numpy(np.float64)
        certainty = -np.where(np.isfinite(width), width, np.inf)
    else:
        loss = (given != answers.truth).astype(float)
        certainty = np.where(given < len(answers.options), calibrated.max(axis=1), -np.inf)
    return (certainty if np.isfinite(certainty).any() else None), loss
