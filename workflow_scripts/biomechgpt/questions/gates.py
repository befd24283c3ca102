"""Whether a question applies to a movement, by recorded labels or by a model's own earlier answers.

The conditions of a task (`applies_to`) name label columns. A column that is the label of another
task makes a chain: falls are asked of prosthesis users, the diagnosis that tells who uses a prosthesis
is asked of the impaired, and who is impaired is asked of everybody.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from biomechgpt.questions.conditions import task_of_label
from biomechgpt.settings.question_settings import Questions

NO, UNKNOWN, YES = "no", "unknown", "yes"
ORDER = (NO, UNKNOWN, YES)  # the first of these among several conditions decides
SURE = 0.8  # calibrated probability from which the model's own answer decides


class Gate(NamedTuple):
    """Whether a question applies, and why in words; `because` is empty without a condition."""

    applies: str  # yes | no | unknown
    because: str


Opinions = Mapping[str, Mapping[str, float]]  # by task the calibrated probability of each option


def gate(task: str, tasks: Questions, labels: Mapping[str, str], opinions: Opinions) -> Gate:
    """Whether `task` of `tasks` applies to one movement.

    The recorded `labels`, by column, come before the `opinions`, which the model answered. A condition
    holds where its qualifying options together have a probability of `SURE` or more, and does not hold
    where all other options have. Between these, and without an answer, it is unknown.
    """
    conditions = (tasks[task].applies_to or {}).items()
    gates = [_condition(c, tuple(values), tasks, labels, opinions) for c, values in conditions]
    return _decisive(gates) if gates else Gate(YES, "")


def _condition(
    column: str,
    values: Sequence[str],
    tasks: Questions,
    labels: Mapping[str, str],
    opinions: Opinions,
) -> Gate:
    if column in labels:
        holds = YES if labels[column] in values else NO
        return Gate(holds, f"{column} is {labels[column]} (recorded)")
    earlier = task_of_label(column, tasks)
    if earlier is None:
        return Gate(UNKNOWN, f"nothing answers {column}")
    before = gate(earlier, tasks, labels, opinions)
    if before.applies == NO:
        return Gate(NO, f"{earlier} does not apply, since {before.because}")
    if earlier not in opinions:
        return Gate(UNKNOWN, f"{earlier} was not answered")
    own = _own_answer(earlier, values, opinions[earlier])
    return own if before.applies == YES else _decisive([before, own])


def _own_answer(task: str, values: Sequence[str], probabilities: Mapping[str, float]) -> Gate:
    share = sum(probabilities.get(value, 0.0) for value in values)
    best = max(probabilities, key=probabilities.get)
    because = f"the model's own answer to {task} is {best} ({100 * probabilities[best]:.0f} %)"
    if share >= SURE:
        return Gate(YES, because)
    if share <= 1 - SURE:
        return Gate(NO, because)
    return Gate(UNKNOWN, f"{because}, which is not sure enough")


def _decisive(gates: Sequence[Gate]) -> Gate:
    """The gate of conditions that must all hold: one that fails decides, else one that is unknown."""
    worst = min(gates, key=lambda condition: ORDER.index(condition.applies))
    reasons = [condition.because for condition in gates if condition.applies == worst.applies]
    return Gate(worst.applies, reasons[0] if worst.applies == NO else " and ".join(reasons))
