"""An answer to a question: the model's text, how sure it is, and what it may not be used for."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import NamedTuple

from biomechgpt.chat.route import VALUE, Route
from biomechgpt.chat.sensitivity import Sensitivity
from biomechgpt.errors import InputError
from biomechgpt.features.measured_quantity import MeasuredQuantity
from biomechgpt.questions.calibration import OptionEstimate
from biomechgpt.questions.gates import NO, UNKNOWN
from biomechgpt.settings.question_settings import Questions
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
    "unknown": "It is not known whether the model was trained on this participant.",
}
BODY_ALONE = (
    "The model reads videos, too, and was asked with the body alone: no features were named."
)
STANDING = (LEARNT_FROM_SIMULATION, NOT_A_DEVICE)  # of every answer of a model
LONGEST_QUESTION = 500  # characters


class NormalRange(NamedTuple):
    """What is usual in healthy adults, with its source; `low` or `high` is None where there is none."""

    low: float | None
    high: float | None
    text: str
    source: str


class Number(NamedTuple):
    """The answer to a question for a number: a `NumberEstimate` in its unit, and what to compare."""

    value: float
    low: float
    high: float
    intervals: dict[float, tuple[float, float] | None]
    unit: str
    decimals: int
    normal: NormalRange | None
    measured: float | None = None  # by kinematics, None where they do not measure it

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
    task: str | None = None  # None: the model was not trained on such questions
    task_probability: float = 0.0  # that the question means the task
    asked_as: str = ""  # the phrasing that the model read
    text: str = ""  # what the model wrote
    estimate: OptionEstimate | Number | None = None
    calibrated: bool = False
    only_if: str = ""
    warnings: list[str] = []
    applies: str = ""  # yes | no | unknown, by the model's own earlier answers
    because: str = ""
    strangeness: Strangeness | None = None  # of the user's own files
    no_promise: str = ""  # why the model promises no coverage
    route: Route = Route(VALUE)  # what the question wants
    sentences: list[str] = []  # what is said besides the estimate
    facts: list[MeasuredQuantity] = []  # of the measured record, those that were wanted
    sensitivity: Sensitivity | None = None  # where "why?" was asked of an answer

    @property
    def own_warnings(self) -> list[str]:
        """The warnings that hold for this trial and not for every answer of the model."""
        return [warning for warning in self.warnings if warning not in STANDING]

    @property
    def why_no_set(self) -> str:
        """Why a set or an interval is missing."""
        return self.no_promise or "too few people to calibrate on"

    @property
    def condition(self) -> str:
        """Whether the question applies, as a sentence; empty where it surely does."""
        if self.applies == NO:
            return f"This question does not apply: {self.because}. The model was not asked."
        if self.applies == UNKNOWN:
            return f"Whether this question applies is not clear: {self.because}."
        return ""

    @property
    def familiarity(self) -> str:
        """How strange the user's own file is to the model, as a sentence; empty where not known."""
        strangeness = self.strangeness
        if strangeness is None:
            return ""
        n_missing = strangeness.unrecorded_joints
        return (
            f"Strangeness {strangeness.ratio:.1f}: {'like' if strangeness.familiar else 'UNLIKE'} the "
            f"movements of the {strangeness.n_people} people that the model was checked on, of which "
            f"95 % stay below 1.{f' {n_missing} joints are not recorded.' if n_missing else ''}"
        )


def checked(question: str) -> str:
    """The question without spaces around it; InputError where it is empty or too long."""
    stripped = question.strip()
    if not stripped:
        raise InputError("There is no question: write one.")
    if len(stripped) > LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(stripped)} characters, {LONGEST_QUESTION} are allowed: shorten it."
        )
    return stripped


def warnings_of(simulated_model: bool, split: str) -> list[str]:
    """The lines under every answer of a model about a trial of `split`."""
    knowledge = [MODEL_MAY_KNOW[split]] if split in MODEL_MAY_KNOW else []
    return [*knowledge, *standing_warnings(simulated_model)]


def standing_warnings(simulated_model: bool) -> list[str]:
    """The warnings that hold for every answer of a model."""
    return [*([LEARNT_FROM_SIMULATION] if simulated_model else []), NOT_A_DEVICE]


def as_json(answer: Answer) -> dict:
    """The answer in plain types, for scripts."""
    fields = answer._asdict() | {"facts": [asdict(fact) for fact in answer.facts]}
    fields["route"] = answer.route._asdict()
    if answer.sensitivity is not None:
        fields["sensitivity"] = answer.sensitivity._asdict()
    if answer.estimate is not None:
        fields["estimate"] = answer.estimate._asdict()
    if isinstance(answer.estimate, Number) and answer.estimate.normal is not None:
        fields["estimate"]["normal"] = answer.estimate.normal._asdict()
    if answer.strangeness is not None:
        familiar = {"familiar": answer.strangeness.familiar}
        fields["strangeness"] = answer.strangeness._asdict() | familiar
    return fields


def named_option_sentence(answer: Answer) -> str:
    """What the model says of the option that a question names; empty where it names none."""
    if not answer.route.option or not isinstance(answer.estimate, OptionEstimate):
        return ""
    share = dict(answer.estimate.ranked)[answer.route.option]
    return f"The question names {answer.route.option}: the model gives it {100 * share:.0f} %."


def normal_ranges(tasks: Questions, ranges: Mapping[str, Mapping]) -> dict[str, NormalRange]:
    """By task, for those with a label and unit of resources/normal_ranges.yaml."""
    return {
        name: NormalRange(*(ranges[task.label][field] for field in NormalRange._fields))
        for name, task in tasks.items()
        if task.kind == "regression" and ranges.get(task.label, {}).get("unit") == task.unit
    }
