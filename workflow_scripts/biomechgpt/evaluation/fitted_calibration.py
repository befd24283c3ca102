"""Calibration of one model on one task: within a fold and seed, on people whom no training saw.

The probabilities get a temperature, the sets and intervals a conformal limit. With 10 or more
validation participants the temperature is fitted on all of them; behind the limit stand all of them
too, each scored at the temperature that the half without them gives (cross-conformal, Vovk 2015,
arXiv 1208.0806). With fewer the temperature stays 1. Numbers need none.

`limits` come from validation participants alone, so that their coverage of test participants is a
measurement. `pooled` limits come from validation and test participants together, for each test
participant from all others: nobody's own answer is behind their own limit. A published model, which
meets new people, has that of all of them.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import optimize, special

from biomechgpt.evaluation import conformal
from biomechgpt.evaluation.answer_arrays import Answers
from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS
from biomechgpt.questions.calibration import FLOOR, LEVELS, at_temperature

HOTTEST = 20.0  # and 1 / HOTTEST the coldest temperature that is tried


class Calibrated(NamedTuple):
    """The test answers of a model to a task after calibration; arrays over their rows (N,).

    `probabilities` (N, K) are those after temperature scaling; `limits` and `pooled` (N, 2) the
    conformal limits on the score of each level for the row, NaN where not estimable; `table` has a
    row a fold, seed and level: fold, seed, number (mean or median of numbers), n_temperature,
    temperature, n_conformal, level, limit (of options as the probability that lets one in), status,
    n_published, published_limit.
    """

    probabilities: np.ndarray
    limits: np.ndarray
    pooled: np.ndarray
    table: pd.DataFrame


def calibrate(test: Answers, validation: Answers, order: dict[tuple[str, str], int]) -> Calibrated:
    """Calibrate on `validation` (which may be empty) what is applied to `test`.

    `order` is a random place for every validation participant of a fold; all tasks and models
    share it, so that they share the halves as far as their participants agree.
    """
    probabilities = test.probabilities.copy()
    limits, pooled = np.full((2, len(test.truth), len(LEVELS)), np.nan)
    rows, known = [], _groups(validation)
    for (fold, seed), positions in _groups(test).items():
        calibrating = validation.only(known.get((fold, seed), np.array([], dtype=int)))
        tested = test.only(positions)
        people, own = (part.rows["participant_id"].to_numpy() for part in (calibrating, tested))
        temperature, n_temperature, scores = _cross_fitted(calibrating, fold, order)
        probabilities[positions] = at_temperature(test.probabilities[positions], temperature)
        everyone = np.concatenate([people, own])
        every_score = np.concatenate([scores, _scores(tested, temperature)])
        head = {"fold": fold, "seed": seed, "number": tested.rows["number_choice"].iloc[0]}
        head |= {"n_temperature": n_temperature, "temperature": temperature}
        head |= {"n_conformal": len(set(people)), "n_published": len(set(everyone))}
        for place, level in enumerate(LEVELS):
            limit = conformal.limit(scores, people, level)
            published = conformal.limit(every_score, everyone, level)
            limits[positions, place] = limit
            pooled[positions, place] = conformal.limits_of_others(every_score, everyone, level)[
                len(people) :
            ]
            stated = {"limit": limit, "published_limit": published}
            stated = stated if test.numeric else {name: 1 - value for name, value in stated.items()}
            status = _status(limit, head["n_conformal"], level)
            rows.append({**head, "level": level, **stated, "status": status})
    return Calibrated(probabilities, limits, pooled, pd.DataFrame(rows))


def _cross_fitted(
    answers: Answers, fold: str, order: dict[tuple[str, str], int]
) -> tuple[float, int, np.ndarray]:
    """The temperature, the participants behind it, and every row's score (N,) without its person."""
    people = answers.rows["participant_id"].to_numpy()
    ordered = sorted(set(people), key=lambda person: order[fold, person])
    if answers.numeric or len(ordered) < 2 * FEWEST_PARTICIPANTS:
        return 1.0, 0, _scores(answers, 1.0)
    in_half, scores = np.isin(people, ordered[::2]), np.empty(len(people))
    for half in (in_half, ~in_half):
        scores[half] = _scores(answers.only(half), fit_temperature(answers.only(~half)))
    return fit_temperature(answers), len(ordered), scores


def _scores(answers: Answers, temperature: float) -> np.ndarray:
    """How strange the truth of every row was to the model, (N,)."""
    if answers.numeric:
        return conformal.interval_scores(*predicted_interval(answers), answers.truth)
    return conformal.option_scores(
        at_temperature(answers.probabilities, temperature), answers.truth
    )


def random_order(folds: pd.DataFrame, seed: int) -> dict[tuple[str, str], int]:
    """A random place for every (fold, validation participant) of `folds`."""
    rng = np.random.default_rng(seed)
    people = folds[folds["split"] == "validation"].sort_values(["fold", "participant_id"])
    keys = zip(people["fold"], people["participant_id"], strict=True)
    return dict(zip(keys, rng.permutation(len(people)).tolist(), strict=True))


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
    number = answers.encoded("answer")
    ends = (answers.rows[name].to_numpy(np.float64) for name in ("number_low", "number_high"))
    low, high = (np.where(np.isfinite(end), end, number) for end in ends)
    return low, high


def _groups(answers: Answers) -> dict[tuple[str, int], np.ndarray]:
    """The rows of every fold and seed."""
    frame = pd.DataFrame(
        {"fold": answers.rows["fold"].to_numpy(), "seed": answers.seeds[answers.seed]}
    )
    return frame.groupby(["fold", "seed"]).indices


def _status(limit: float, n_participants: int, level: float) -> str:
    if np.isfinite(limit):
        return ""
    needed = conformal.participants_needed(level)
    if n_participants < needed:
        return f"not estimable: needs {needed} validation participants, has {n_participants}"
    return "not estimable: too many validation answers cannot be read"
