"""Calibration of one model on one task: within a fold and seed, on validation participants only.

The probabilities get a temperature, the sets and intervals a conformal limit. The participants
behind the two are never the same: with 10 or more, one half fits the temperature and the other the
limit; with fewer the temperature stays 1 and all of them stand behind the limit. Numbers need no
temperature. No training looks at validation participants.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, special

from biomechgpt.evaluation import conformal
from biomechgpt.evaluation.answers import Answers
from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS
from biomechgpt.questions.calibration import FLOOR, LEVELS, at_temperature

HOTTEST = 20.0  # and 1 / HOTTEST the coldest temperature that is tried


class Calibrated(NamedTuple):
    """The test answers of a model to a task after calibration; arrays over their rows (N,).

    `probabilities` (N, K) are those after temperature scaling; `limits` (N, 2) the conformal limit
    on the score of each level for the row's fold and seed, NaN where not estimable; `table` has a
    row a fold, seed and level: fold, seed, n_temperature, temperature, n_conformal, level, limit
    (of options as the probability that lets one in), status.
    """

    probabilities: np.ndarray
    limits: np.ndarray
    table: pd.DataFrame


def calibrate(test: Answers, validation: Answers, order: dict[tuple[str, str], int]) -> Calibrated:
    """Calibrate on `validation` (which may be empty) what is applied to `test`.

    `order` is a random place for every validation participant of a fold; all tasks and models
    share it, so that they share the halves as far as their participants agree.
    """
    probabilities = test.probabilities.copy()
    limits = np.full((len(test.truth), len(LEVELS)), np.nan)
    rows, known = [], _groups(validation)
    for (fold, seed), mine in _groups(test).items():
        given = validation.only(known.get((fold, seed), np.array([], dtype=int)))
        people = given.rows["participant_id"].to_numpy()
        first, second = halves(people, fold, order, split=not test.numeric)
        temperature = fit_temperature(given.only(np.isin(people, first)))
        probabilities[mine] = at_temperature(test.probabilities[mine], temperature)
        calibrating = given.only(np.isin(people, second))
        found = _limits(calibrating, temperature)
        limits[mine] = found
        head = {"fold": fold, "seed": seed, "n_temperature": len(first)}
        head |= {"temperature": temperature, "n_conformal": len(second)}
        for level, one in zip(LEVELS, found, strict=True):
            status = _status(one, len(second), level)
            told = one if test.numeric else 1 - one
            rows.append({**head, "level": level, "limit": told, "status": status})
    return Calibrated(probabilities, limits, pd.DataFrame(rows))


def _limits(answers: Answers, temperature: float) -> list[float]:
    """The conformal limit of every level."""
    if answers.numeric:
        scores = conformal.interval_scores(*predicted_interval(answers), answers.truth)
    else:
        calibrated = at_temperature(answers.probabilities, temperature)
        scores = conformal.option_scores(calibrated, answers.truth)
    return [conformal.limit(scores, answers.person, level) for level in LEVELS]


def random_order(folds: pd.DataFrame, seed: int) -> dict[tuple[str, str], int]:
    """A random place for every (fold, validation participant) of `folds`."""
    rng = np.random.default_rng(seed)
    people = folds[folds["split"] == "validation"].sort_values(["fold", "participant_id"])
    keys = zip(people["fold"], people["participant_id"], strict=True)
    return dict(zip(keys, rng.permutation(len(people)).tolist(), strict=True))


def halves(
    people: np.ndarray, fold: str, order: dict[tuple[str, str], int], split: bool
) -> tuple[list[str], list[str]]:
    """The participants behind the temperature and behind the limit, never the same."""
    ordered = sorted(set(people), key=lambda person: order[fold, person])
    if not split or len(ordered) < 2 * FEWEST_PARTICIPANTS:
        return [], ordered
    return ordered[1::2], ordered[::2]


def fit_temperature(answers: Answers) -> float:
    """The temperature that makes the mean log-loss least; 1 without answers or where none is better."""
    known = np.isfinite(answers.probabilities).all(axis=1)
    if answers.numeric or not known.any():
        return 1.0
    logits = np.log(np.maximum(answers.probabilities[known], FLOOR))
    of_truth = np.arange(len(logits)), answers.truth[known]

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return float(np.mean(special.logsumexp(scaled, axis=1) - scaled[of_truth]))

    bounds = (-np.log(HOTTEST), np.log(HOTTEST))
    best = optimize.minimize_scalar(loss, bounds=bounds, method="bounded")
    return float(np.exp(best.x)) if best.fun < loss(0.0) - 1e-9 else 1.0


def predicted_interval(answers: Answers) -> tuple[np.ndarray, np.ndarray]:
    """Low and high end of every row's interval, (N,) each; the number twice where there is none."""
    number = answers.given("answer")
    ends = (answers.rows[name].to_numpy(np.float64) for name in ("number_low", "number_high"))
    low, high = (np.where(np.isfinite(end), end, number) for end in ends)
    return low, high


def _groups(answers: Answers) -> dict[tuple[str, int], np.ndarray]:
    """The rows of every fold and seed."""
    frame = pd.DataFrame(
        {"fold": answers.rows["fold"].to_numpy(), "seed": answers.seeds[answers.seed]}
    )
    return frame.groupby(["fold", "seed"]).indices


def _status(found: float, n_participants: int, level: float) -> str:
    if np.isfinite(found):
        return ""
    needed = conformal.participants_needed(level)
    if n_participants < needed:
        return f"not estimable: needs {needed} validation participants, has {n_participants}"
    return "not estimable: too many validation answers cannot be read"
