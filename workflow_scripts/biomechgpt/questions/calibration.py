"""How sure a model's answer is: temperature, prediction sets and intervals, and their file.

They are fitted on the answers to validation participants (`evaluation`). A published model carries
them as `CALIBRATION_FILE`: by task a temperature and, for each level, a limit of conformal prediction.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

CALIBRATION_FILE = "calibration.json"
LEVELS = (0.8, 0.9)
MEAN, MEDIAN = "mean", "median"  # of a predicted distribution of numbers
FLOOR = 1e-6  # so that a probability of 0 for the truth costs 13.8 nats and not infinity


class Calibration(NamedTuple):
    """The calibration of one task.

    `limits` are by level, None where too few people were there to fit one. For options the limit is
    the least probability of a member of the prediction set; for numbers it is how far either end of
    the predicted interval is moved outwards, in the unit of the task. `number` says which number of a
    predicted distribution is the answer, `MEAN` or `MEDIAN`.
    """

    temperature: float
    limits: Mapping[float, float | None]
    number: str = MEDIAN


class OptionEstimate(NamedTuple):
    """A calibrated answer to a question with options."""

    ranked: list[tuple[str, float]]  # option and probability, the most probable first
    sets: dict[float, list[str] | None]  # by level, None without a limit


class NumberEstimate(NamedTuple):
    """A calibrated answer to a question for a number, in the unit of the task."""

    value: float
    low: float  # 5 % quantile of the predicted distribution
    high: float  # 95 %
    intervals: dict[float, tuple[float, float] | None]  # by level, None without a limit


UNCALIBRATED = Calibration(1.0, dict.fromkeys(LEVELS))


def write_calibration(folder: Path, calibrations: Mapping[str, Calibration]) -> None:
    """Write `CALIBRATION_FILE`, the calibrations by task, into a model folder."""
    content = {
        task: calibration._asdict() | {"limits": dict(calibration.limits)}
        for task, calibration in calibrations.items()
    }
    (folder / CALIBRATION_FILE).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_calibration(folder: Path) -> dict[str, Calibration]:
    """The calibrations by task; empty for a model folder that was not published."""
    path = Path(folder, CALIBRATION_FILE)
    if not path.exists():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {
        task: Calibration(**entry | {"limits": {float(k): v for k, v in entry["limits"].items()}})
        for task, entry in content.items()
    }


def calibration_of_model(
    table: pd.DataFrame, fold: str, variant: str, seed: int, limit: str = "limit"
) -> dict[str, Calibration]:
    """By task what the evaluation's table `calibration` says of one model.

    `limit` is the column of limits: `published_limit` is for people who are not in the table.
    """
    rows = table[(table["fold"] == fold) & (table["variant"] == variant) & (table["seed"] == seed)]
    return {
        task: Calibration(
            float(levels["temperature"].iloc[0]),
            {
                level: None if np.isnan(value) else float(value)
                for level, value in zip(levels["level"], levels[limit], strict=True)
            },
            MEAN if levels["number"].iloc[0] == MEAN else MEDIAN,
        )
        for task, levels in rows.groupby("task")
    }


def at_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities (..., K) at a temperature: above 1 flatter, below 1 sharper; the same order."""
    if temperature == 1:
        return probabilities
    return special.softmax(np.log(np.maximum(probabilities, FLOOR)) / temperature, axis=-1)


def moved_outwards(low: np.ndarray, high: np.ndarray, limit: np.ndarray) -> tuple:
    """The ends of an interval, moved by a limit; they meet where a negative limit would cross them."""
    shift = np.maximum(limit, (low - high) / 2)
    return low - shift, high + shift


def set_sizes(probabilities: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """How many of the most probable options are in each row's set, (N,), by limits (N,) on the score.

    The score of an option is 1 minus its probability. The most probable option is always in the set.
    NaN without a limit or probabilities.
    """
    members = (1 - probabilities <= limits[:, None] + 1e-9).sum(axis=1)
    known = np.isfinite(limits) & np.isfinite(probabilities).all(axis=1)
    return np.where(known, np.maximum(members, 1), np.nan)


def option_estimate(row: Mapping, calibration: Calibration) -> OptionEstimate:
    """The options of a row of predictions by their calibrated probability, with their sets."""
    probabilities = at_temperature(np.array(row["probabilities"]), calibration.temperature)
    order = np.argsort(-probabilities, kind="stable")
    ranked = [(row["options"][i], float(probabilities[i])) for i in order]
    sets = dict.fromkeys(calibration.limits)
    for level, limit in calibration.limits.items():
        if limit is not None:
            (size,) = set_sizes(probabilities[None], np.array([1 - limit]))
            sets[level] = [option for option, _ in ranked[: int(size)]]
    return OptionEstimate(ranked, sets)


def number_estimate(row: Mapping, calibration: Calibration) -> NumberEstimate:
    """The number of a row of predictions with its intervals."""
    low, high = row["number_low"], row["number_high"]
    intervals = {
        level: None if limit is None else tuple(map(float, moved_outwards(low, high, limit)))
        for level, limit in calibration.limits.items()
    }
    return NumberEstimate(row[f"number_{calibration.number}"], low, high, intervals)
