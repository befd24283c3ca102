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
from biomechgpt.questions.gates import NO, UNKNOWN
from biomechgpt.tokenizer.strangeness import Strangeness

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

    value: float  # the mean or the median, as validation participants decided
    low: float  # 5 % quantile of the model's own distribution
    high: float  # 95 %
    intervals: dict[float, tuple[float, float] | None]  # by level, as `Options.sets`
    unit: str
    decimals: int
    normal: NormalRange | None
    measured: float | None = None  # by kinematics, None where it measures no such thing

    @property
    def difference(self) -> str:
        """How far the model's number lies from the measured one, in words."""
        if not self.measured:
            return ""
        return f"the model's number is {100 * (self.value / self.measured - 1):+.0f} % off"


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
    applies: str = ""  # yes | no | unknown, by the model's own earlier answers
    because: str = ""
    strangeness: Strangeness | None = None  # of own files, None where nobody can tell
    no_promise: str = ""  # why there are no sets, where it is not for want of people

    @property
    def why_no_set(self) -> str:
        """Why a set or an interval is missing where one is."""
        return self.no_promise or "too few people to calibrate on"

    @property
    def condition(self) -> str:
        """What is said about whether the question applies, empty where it surely does."""
        if self.applies == NO:
            return f"This question does not apply: {self.because}. The model was not asked."
        if self.applies == UNKNOWN:
            return f"Whether this question applies is not clear: {self.because}."
        return ""

    @property
    def familiarity(self) -> str:
        """How strange an own file is to the model, as a sentence; empty where nobody can tell."""
        strange = self.strangeness
        if strange is None:
            return ""
        like = "like" if strange.familiar else "UNLIKE"
        missing = (
            f" {strange.unrecorded_joints} joints are not recorded."
            if strange.unrecorded_joints
            else ""
        )
        return (
            f"Strangeness {strange.ratio:.1f}: {like} the movements of the {strange.n_people} people "
            f"that the model was checked on, of which 95 % stay below 1.{missing}"
        )


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
    row: Mapping,
    task: Mapping,
    calibration: Calibration,
    normal: NormalRange | None,
    measured: float | None,
) -> Number:
    """The number of a predicted row with its intervals."""
    number, low, high = decided_number(row, calibration)
    intervals = prediction_intervals(low, high, calibration)
    unit, decimals = task["unit"], task["decimals"]
    return Number(number, low, high, intervals, unit, decimals, normal, measured)


def as_json(answer: Answer) -> dict:
    """The answer in plain types, for scripts."""
    found = answer._asdict()
    found["found"] = None if answer.found is None else answer.found._asdict()
    if isinstance(answer.found, Number) and answer.found.normal is not None:
        found["found"]["normal"] = answer.found.normal._asdict()
    if answer.strangeness is not None:
        found["strangeness"] = answer.strangeness._asdict() | {
            "familiar": answer.strangeness.familiar
        }
    return found
