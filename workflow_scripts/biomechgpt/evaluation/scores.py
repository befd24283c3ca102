"""Score one model on one task: measures of every seed, and their mean in every bootstrap draw."""

from typing import NamedTuple

import numpy as np

from biomechgpt.evaluation import agreement, metrics
from biomechgpt.evaluation.answer_arrays import Answers, confusion_sums, in_draws
from biomechgpt.evaluation.probabilities import probability_measures


class ModelScore(NamedTuple):
    """One model on one task, read in one way.

    `values` has the measures of every seed, (S,) each; `draws` their mean over seeds in every draw,
    (D,) each; `classes` the measures of every class, (S, K) each; `confusions` is (S, K, K + 1).
    """

    values: dict[str, np.ndarray]
    draws: dict[str, np.ndarray]
    classes: dict[str, np.ndarray]
    confusions: np.ndarray | None


def score(
    answers: Answers, weights: np.ndarray, reading: str, detectable: float | None = None
) -> ModelScore:
    """Score `reading` (`answer` or `text`) in the draws `weights` (1 + D, P) of a `Resampling`.

    `detectable` is the minimal detectable change of a numeric task, in its unit.
    """
    encoded = answers.encoded(reading)
    if answers.numeric:
        return _score_numbers(answers, encoded, weights, detectable)
    sums = confusion_sums(answers, encoded, weights.shape[1])
    measures = metrics.classification_measures(in_draws(sums, weights))
    if reading == "answer":
        measures |= probability_measures(answers, answers.probabilities, weights)
    confusions = sums.sum(axis=1)
    classes = metrics.class_measures(confusions)
    classes["participants"] = (sums.sum(axis=-1) > 0).sum(axis=1)
    return _of_measures(measures)._replace(classes=classes, confusions=confusions)


def _score_numbers(
    answers: Answers, encoded: np.ndarray, weights: np.ndarray, detectable: float | None
) -> ModelScore:
    origin = answers.truth.mean()
    rows = agreement.agreement_rows(answers.truth, encoded, origin, detectable)
    sums = agreement.with_clusters(answers.summed(rows, weights.shape[1]))
    measures = agreement.agreement_measures(in_draws(sums, weights), origin)
    if detectable is None:
        del measures["within_mdc"]
    scored = _of_measures(measures)
    readable = np.bincount(answers.seed, np.isfinite(encoded))
    scored.values["p"] = agreement.p_value(scored.values["r"], readable)
    return scored


def score_calibrated(answers: Answers, calibrated: np.ndarray, weights: np.ndarray) -> ModelScore:
    """The measures of probabilities (N, K) that calibration changed."""
    return _of_measures(probability_measures(answers, calibrated, weights))


def score_votes(answers: Answers, weights: np.ndarray) -> tuple[ModelScore, dict[str, int]] | None:
    """One answer a participant by the mean probability over their trials, and who voted.

    Participants whose trials do not share one truth have no one answer and are left out. None where
    that leaves half of them or fewer, or none of a class that the trials have (those who are left
    would be no fair sample), and without probabilities.
    """
    if answers.numeric:
        return None
    mixed = mixed_participants(answers)
    voters = np.isfinite(answers.probabilities).all(axis=1) & ~np.isin(answers.person, mixed)
    if 2 * len(mixed) >= answers.size["n_participants"] or classes_without_votes(answers, voters):
        return None
    p = np.where(voters[:, None], answers.probabilities, 0.0)
    sums = answers.summed(p, weights.shape[1])  # (S, P, K)
    seed, person = np.nonzero(sums.sum(axis=-1))
    truth = np.zeros(weights.shape[1], dtype=int)
    truth[answers.person[voters]] = answers.truth[voters]
    counts = np.zeros((*sums.shape, sums.shape[-1] + 1), dtype=int)
    counts[seed, person, truth[person], sums[seed, person].argmax(axis=-1)] = 1
    measures = metrics.classification_measures(in_draws(counts, weights))
    del measures["unreadable_share"]
    return _of_measures(measures), answers.only(voters).size


def classes_without_votes(answers: Answers, voters: np.ndarray) -> list[str]:
    """The true classes of the trials that no trial of `voters` (N,) bool has."""
    lost = np.setdiff1d(answers.truth, answers.truth[voters])
    return [answers.options[k] for k in lost]


def mixed_participants(answers: Answers) -> np.ndarray:
    """The participants, as positions, whose trials have more than one truth."""
    pairs = np.unique(np.stack([answers.person, answers.truth]), axis=1)
    person, n_truths = np.unique(pairs[0], return_counts=True)
    return person[n_truths > 1]


def _of_measures(measures: dict[str, np.ndarray]) -> ModelScore:
    values = {name: both[0] for name, both in measures.items()}
    draws = {name: both[1:].mean(axis=1) for name, both in measures.items()}
    return ModelScore(values, draws, {}, None)
