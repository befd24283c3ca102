"""Whether confidence can be trusted: reliability bins, sets and intervals that hold the truth, and
what is gained by answering only when certain.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from biomechgpt.evaluation import agreement, intervals, metrics, probabilities
from biomechgpt.evaluation.answer_arrays import Answers, in_draws
from biomechgpt.evaluation.fitted_calibration import Calibrated, predicted_interval
from biomechgpt.questions.calibration import LEVELS, moved_outwards, set_sizes

TARGETS = np.arange(1, 11) / 10
PREDICTED_LEVEL = 0.9  # number_low and number_high are the 5 % and 95 % quantiles


class Interval(NamedTuple):
    """Ends (N,) of a kind of interval for numbers, NaN where there is none.

    `method`: predicted, corrected (on validation participants), pooled (on all others).
    `estimable` (N,) is False where the fold and seed has no conformal limit.
    """

    method: str
    level: float
    low: np.ndarray
    high: np.ndarray
    estimable: np.ndarray


def reliability_rows(answers: Answers, calibrated: np.ndarray, weights: np.ndarray) -> list[dict]:
    """Confidence and accuracy in bins of equally many answers, all seeds together."""
    readings = {"answer": answers.probabilities, "calibrated": calibrated}
    return [
        {"reading": reading, **row}
        for reading, encoded in readings.items()
        for row in _bin_rows(answers, encoded, weights)
    ]


def _bin_rows(answers: Answers, encoded: np.ndarray, weights: np.ndarray) -> list[dict]:
    known = np.isfinite(encoded).all(axis=1)
    if not known.any():
        return []
    answers, encoded = answers.only(known), encoded[known]
    confidence, hit = encoded.max(axis=1), metrics.most_probable(encoded) == answers.truth
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
    """How often the sets hold the truth and how large they are, measured ones by true class as well.

    An answer without probabilities has an empty set.
    """
    order = np.argsort(-calibrated.probabilities, axis=1, kind="stable")
    rank = (order == answers.truth[:, None]).argmax(axis=1)  # of the truth, 0 for the most probable
    everywhere = {"": np.ones(len(rank), dtype=bool)}
    classes = everywhere | {name: answers.truth == k for k, name in enumerate(answers.options)}
    rows = []
    for method, level, limits in _methods(calibrated):
        sizes = np.nan_to_num(set_sizes(calibrated.probabilities, limits))
        values = {"coverage": rank < sizes, "mean_size": sizes, "single_share": sizes == 1}
        for label, of_class in (classes if method == "corrected" else everywhere).items():
            if of_class.any():
                means = _means(answers, values, of_class & np.isfinite(limits), weights)
                head = {"method": method, "level": level, "label": label}
                rows.append({**head, "n_options": len(answers.options), **means})
    return rows


def _methods(calibrated: Calibrated) -> Iterator[tuple[str, float, np.ndarray]]:
    """How a limit comes about, its level, and the limit of every row (N,)."""
    for method, limits in (("corrected", calibrated.limits), ("pooled", calibrated.pooled)):
        for place, level in enumerate(LEVELS):
            yield method, level, limits[:, place]


def interval_rows(
    answers: Answers, calibrated: Calibrated, weights: np.ndarray, label_range: float
) -> list[dict]:
    """How often the intervals of numbers hold the truth and how wide they are.

    `label_range` (unit of the task) is how wide the middle 90 % of the training labels are: an
    interval that is wider says nothing that the labels do not.
    A number that cannot be read has no interval: it does not hold the truth, and has no width.
    """
    rows = []
    for kind in number_intervals(answers, calibrated):
        held = (kind.low - 1e-9 <= answers.truth) & (answers.truth <= kind.high + 1e-9)
        width = kind.high - kind.low
        results = _means(answers, {"coverage": held}, kind.estimable, weights)
        wide = _means(answers, {"coverage": width}, np.isfinite(width), weights)
        head = {"method": kind.method, "level": kind.level, "mean_width": wide["coverage"]}
        head["label_range"] = label_range
        rows.append({**head, **results})
    return rows


def number_intervals(answers: Answers, calibrated: Calibrated) -> list[Interval]:
    """The intervals as predicted (if the model gives any), as corrected, and as pooled."""
    low, high = predicted_interval(answers)
    own = [answers.rows[name].to_numpy(np.float64) for name in ("number_low", "number_high")]
    results = []
    if np.isfinite(own).any():
        everywhere = np.ones(len(low), dtype=bool)
        results.append(Interval("predicted", PREDICTED_LEVEL, *own, everywhere))
    for method, level, limits in _methods(calibrated):
        ends = moved_outwards(low, high, limits)
        results.append(Interval(method, level, *ends, np.isfinite(limits)))
    return results


def _means(
    answers: Answers, values: dict[str, np.ndarray], keep: np.ndarray, weights: np.ndarray
) -> dict:
    """Means of values (N,) over the rows of a mask, the first of which is `coverage`.

    Each participant weighs the same, as in the guarantee of the conformal limit. Coverage has its
    interval, and beside it the mean over trials. NaN without rows.
    """
    of_rows = answers.only(keep)
    size = {**of_rows.size, "n_seeds": len(of_rows.seeds)}
    if not keep.any():
        names = (*values, "low", "high", "trial_coverage")
        return {**dict.fromkeys(names, np.nan), **size}
    columns = np.column_stack([np.ones(keep.sum()), *(value[keep] for value in values.values())])
    sums = of_rows.summed(columns, weights.shape[1])
    count = sums[..., :1]
    own = np.divide(sums[..., 1:], count, out=np.zeros_like(sums[..., 1:]), where=count > 0)
    total = in_draws(np.concatenate([count > 0, own], axis=-1), weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (total[..., 1:] / total[..., :1]).mean(axis=1)  # (1 + D, C), mean of the seeds
    low, high = intervals.interval(mean[1:, 0], size["n_participants"])
    results = {**dict(zip(values, mean[0], strict=True)), "low": low, "high": high}
    return {**results, "trial_coverage": values["coverage"][keep].mean(), **size}


def risk_rows(answers: Answers, calibrated: np.ndarray, weights: np.ndarray) -> list[dict]:
    """The risk among the answers a model is most certain of, for rising shares that it answers."""
    certainty, loss = certainties(answers, calibrated)
    if certainty is None:
        return []
    covered = np.zeros((len(loss), len(TARGETS)))
    for seed in range(len(answers.seeds)):
        of_rows = answers.seed == seed
        ordered = np.sort(certainty[of_rows])[::-1]
        least = ordered[np.ceil(TARGETS * len(ordered) - 1e-9).astype(int) - 1]
        covered[of_rows] = certainty[of_rows][:, None] >= least
    n_people = weights.shape[1]
    answered = in_draws(answers.summed(covered, n_people), weights)  # (1 + D, S, T)
    lost = in_draws(answers.summed(covered * loss[:, None], n_people), weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        risk = (lost / answered).mean(axis=1)
    rows = []
    for t, target in enumerate(TARGETS):
        of_rows = answers.only(covered[:, t] > 0)
        low, high = intervals.interval(risk[1:, t], of_rows.size["n_participants"])
        row = {"target": target, "answered": covered[:, t].mean(), "risk": risk[0, t]}
        rows.append({**row, "low": low, "high": high, **of_rows.size})
    return rows


def certainties(answers: Answers, calibrated: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """How certain a model is of each answer, (N,), None if it does not say; and what each costs."""
    encoded = answers.encoded("answer")
    if answers.numeric:
        loss = agreement.absolute_errors(answers.truth, encoded)
        width = (answers.rows["number_high"] - answers.rows["number_low"]).to_numpy(np.float64)
        certainty = -np.where(np.isfinite(width), width, np.inf)
    else:
        loss = (encoded != answers.truth).astype(float)
        certainty = np.where(encoded < len(answers.options), calibrated.max(axis=1), -np.inf)
    return (certainty if np.isfinite(certainty).any() else None), loss
