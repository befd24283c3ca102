"""What a model's answers to validation participants say of its next ones, and how it is applied.

`evaluation` finds it, a published model carries it as `CALIBRATION_FILE`: by task a temperature and,
for each level, a limit of conformal calibration.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import special

CALIBRATION_FILE = "calibration.json"
LEVELS = (0.8, 0.9)
MEAN, MEDIAN = "mean", "median"  # of a predicted distribution of numbers
FLOOR = 1e-6  # a probability of 0 for what happened costs 13.8 nats, not infinity


class Calibration(NamedTuple):
    """Of one task. `limits` by level, None where too few people were there to tell; `number` says
    which number of a distribution is the answer, `MEAN` or `MEDIAN`.

    Of options the limit is the probability that lets one into the set, of numbers (unit of the task)
    how far the predicted interval is moved outwards at either end.
    """

    temperature: float
    limits: Mapping[float, float | None]
    number: str = MEDIAN


UNCALIBRATED = Calibration(1.0, dict.fromkeys(LEVELS))


def write_calibration(folder: Path, tasks: Mapping[str, Calibration]) -> None:
    """Write `CALIBRATION_FILE` into a model folder."""
    text = json.dumps(
        {task: found._asdict() | {"limits": dict(found.limits)} for task, found in tasks.items()},
        indent=2,
    )
    (folder / CALIBRATION_FILE).write_text(text + "\n", encoding="utf-8")


def read_calibration(folder: Path) -> dict[str, Calibration]:
    """By task; empty for a model folder that was not published."""
    path = Path(folder, CALIBRATION_FILE)
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {
        task: Calibration(
            of_task["temperature"],
            {float(k): v for k, v in of_task["limits"].items()},
            of_task["number"],
        )
        for task, of_task in found.items()
    }


def decided_number(row: Mapping, calibration: Calibration) -> tuple[float, float, float]:
    """The number that a predicted row answers, and the 5 % and 95 % quantiles around it."""
    return row[f"number_{calibration.number}"], row["number_low"], row["number_high"]


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities (..., K) at a temperature: above 1 flatter, below 1 sharper; the same order."""
    if temperature == 1:
        return probabilities
    return special.softmax(np.log(np.maximum(probabilities, FLOOR)) / temperature, axis=-1)


def moved_outwards(low: np.ndarray, high: np.ndarray, limit: np.ndarray) -> tuple:
    """The ends of an interval after a limit; where a negative one would have them pass, they meet."""
    added = np.maximum(limit, (low - high) / 2)
    return low - added, high + added


def set_sizes(probabilities: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """How many of the most probable options a row's set holds, (N,), from limits (N,) on the score.

    The most probable one is always in. NaN without limit or probabilities.
    """
    members = (1 - probabilities <= limits[:, None] + 1e-9).sum(axis=1)
    known = np.isfinite(limits) & np.isfinite(probabilities).all(axis=1)
    return np.where(known, np.maximum(members, 1), np.nan)


def prediction_sets(
    options: Sequence[str], probabilities: np.ndarray, calibration: Calibration
) -> dict[float, list[str] | None]:
    """By level the options (K,) let in, most probable first; None without a limit."""
    order = np.argsort(-probabilities, kind="stable")
    sets = dict.fromkeys(calibration.limits)
    for level, limit in calibration.limits.items():
        if limit is not None:
            (size,) = set_sizes(probabilities[None], np.array([1 - limit]))
            sets[level] = [options[i] for i in order[: int(size)]]
    return sets


def prediction_intervals(
    low: float, high: float, calibration: Calibration
) -> dict[float, tuple[float, float] | None]:
    """By level the ends of the interval; None without a limit."""
    return {
        level: None if limit is None else tuple(map(float, moved_outwards(low, high, limit)))
        for level, limit in calibration.limits.items()
    }
