"""What is said to a question: the model's text, how sure it is, and what the answer may not be used for."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from biomechgpt.errors import InputError
from biomechgpt.questions.calibration import (
    Calibration,
    at_temperature,
    decided_number,
    prediction_intervals,
    prediction_sets,
)

NOT_A_DEVICE = (
    "Not a medical device: no answer may be used to diagnose, to treat or to decide about a person."
)
LEARNT_FROM_SIMULATION = (
    "The model learnt from simulated movement: what it says is no evidence about people."
)
MODEL_MAY_KNOW = {
    "train": "The model was trained on this participant: the answer shows what it learnt by heart.",
    "validation": "The model was calibrated on this participant.",
    "unknown": "Whether the model was trained on this participant is not known.",
}
LONGEST_QUESTION = 500  # characters


class NormalRange(NamedTuple):
    """What is usual in healthy adults, and who found it; no `low` or `high` where there is none."""

    low: float | None
    high: float | None
    text: str
    source: str


class Options(NamedTuple):
    """The answer to a question with a closed list: a differential and who is in it how often."""

    ranked: list[tuple[str, float]]  # option and probability, most probable first
    sets: dict[float, list[str] | None]  # by level, None where too few people were there to tell


class Number(NamedTuple):
    """The answer to a question for a number, all in `unit`."""

    mean: float  # or the median, whichever calibration chose
    low: float  # 5 % quantile of the model's own distribution
    high: float  # 95 %
    intervals: dict[float, tuple[float, float] | None]  # by level, as `Options.sets`
    unit: str
    decimals: int
    normal: NormalRange | None


class Answer(NamedTuple):
    """One answer about one trial."""

    trial: str
    question: str
    task: str | None  # None: the question is outside of what the model was trained on
    sureness: float  # that the question means the task
    asked_as: str  # the phrasing that the model read
    text: str  # what the model wrote
    found: Options | Number | None
    calibrated: bool
    only_if: str
    warnings: list[str]


def checked(question: str) -> str:
    """The question without spaces around it; InputError where nothing or too much is left."""
    stripped = question.strip()
    if not stripped:
        raise InputError("There is no question: write one.")
    if len(stripped) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(stripped)} characters, {LONGEST_QUESTION} are allowed: shorten it."
        )
    return stripped


def warnings_of(simulated_model: bool, split: str) -> list[str]:
    """The lines under every answer of a model about a trial of that side of the split."""
    known = [MODEL_MAY_KNOW[split]] if split in MODEL_MAY_KNOW else []
    return [*known, *([LEARNT_FROM_SIMULATION] if simulated_model else []), NOT_A_DEVICE]


def read_options(row: Mapping, calibration: Calibration) -> Options:
    """The options of a predicted row (`prediction.predict`) by their calibrated probability."""
    shares = at_temperature(np.array(row["probabilities"]), calibration.temperature)
    order = np.argsort(-shares, kind="stable")
    ranked = [(row["options"][i], float(shares[i])) for i in order]
    return Options(ranked, prediction_sets(row["options"], shares, calibration))


def read_number(
    row: Mapping, task: Mapping, calibration: Calibration, normal: NormalRange | None
) -> Number:
    """The number of a predicted row with its intervals."""
    number, low, high = decided_number(row, calibration)
    intervals = prediction_intervals(low, high, calibration)
    return Number(number, low, high, intervals, task["unit"], task["decimals"], normal)


def as_json(answer: Answer) -> dict:
    """The answer in plain types, for scripts."""
    found = answer._asdict()
    found["found"] = None if answer.found is None else answer.found._asdict()
    if isinstance(answer.found, Number) and answer.found.normal is not None:
        found["found"]["normal"] = answer.found.normal._asdict()
    return found
