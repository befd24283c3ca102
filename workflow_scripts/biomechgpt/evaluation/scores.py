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


class Votes(NamedTuple):
    """Confusion counts (S, P, K, K + 1) of the votes, and who voted with how many trials."""

    confusions: np.ndarray
    size: dict[str, int]


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
    """The measures of the votes in the draws, and who voted; None where there are no votes."""
    votes = count_votes(answers, weights.shape[1])
    if votes is None:
        return None
    measures = metrics.classification_measures(in_draws(votes.confusions, weights))
    del measures["unreadable_share"]
    return _of_measures(measures), votes.size


def count_votes(answers: Answers, n_participants: int) -> Votes | None:
    """One answer a voter by the mean probability over their trials.

    Voters whose trials do not share one truth have no one answer and are left out. None where that
    leaves half of them or fewer, or none of a class that the trials have (those who are left would
    be no fair sample), and without probabilities.
    """
    if answers.numeric:
        return None
    voter, mixed = answers.voters, mixed_voters(answers)
    n_voters = voter.max(initial=-1) + 1
    counted = np.isfinite(answers.probabilities).all(axis=1) & ~np.isin(voter, mixed)
    if 2 * len(mixed) >= n_voters or classes_without_votes(answers, counted):
        return None
    p = answers._replace(person=voter).summed(
        np.where(counted[:, None], answers.probabilities, 0.0), n_voters
    )  # (S, V, K)
    seed, with_votes = np.nonzero(p.sum(axis=-1))
    truth, person = np.zeros((2, n_voters), dtype=int)
    truth[voter[counted]] = answers.truth[counted]
    person[voter[counted]] = answers.person[counted]
    answer = p[seed, with_votes].argmax(axis=-1)
    cells = (seed, person[with_votes], truth[with_votes], answer)
    counts = np.zeros((len(p), n_participants, p.shape[-1], p.shape[-1] + 1), dtype=int)
    np.add.at(counts, cells, 1)
    return Votes(counts, answers.only(counted).size)


def classes_without_votes(answers: Answers, counted: np.ndarray) -> list[str]:
    """The true classes of the trials that no trial of `counted` (N,) bool has."""
    lost = np.setdiff1d(answers.truth, answers.truth[counted])
    return [answers.options[k] for k in lost]


def mixed_voters(answers: Answers) -> np.ndarray:
    """The voters, as in `answers.voters`, whose trials have more than one truth."""
    pairs = np.unique(np.stack([answers.voters, answers.truth]), axis=1)
    voter, n_truths = np.unique(pairs[0], return_counts=True)
    return voter[n_truths > 1]


def _of_measures(measures: dict[str, np.ndarray]) -> ModelScore:
    values = {name: both[0] for name, both in measures.items()}
    draws = {name: both[1:].mean(axis=1) for name, both in measures.items()}
    return ModelScore(values, draws, {}, None)
