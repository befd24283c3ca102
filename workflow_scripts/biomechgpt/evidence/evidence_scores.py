"""Evidence that texts state, held against what kinematics measure of the same trial and of others."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.evaluation.intervals import interval, participant_weights
from biomechgpt.evidence.stated_evidence import StatedLine, read_stated
from biomechgpt.features.measured_quantity import MeasuredQuantity

TOLERANCES = {"°": 5.0, "s": 0.1}  # in the unit; of all others a share of the measured value
TOLERANCE_SHARE = 0.05
LINE_COLUMNS = ["trial_id", "participant_id", "text", "quantity", "side", "stated", "measured"]
LINE_COLUMNS += ["number_right", "elsewhere", "side_right", "direction_right", "not_measured"]
MEASURES = {  # name of a measure: the column of lines that it is the mean of
    "numbers within tolerance": "number_right",
    "numbers within tolerance of other people's trials": "elsewhere",
    "side right": "side_right",
    "direction right": "direction_right",
    "of what is not measured": "not_measured",
}
SPECIFICITY = "specificity"  # the first of these minus the second
Record = Sequence[MeasuredQuantity]


class ScoredText(NamedTuple):
    """A text about a trial of a person, and what kinematics measure of that trial."""

    trial_id: str
    participant_id: str
    text: str
    record: Record


def score_lines(texts: Sequence[ScoredText]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row a stated line, with `LINE_COLUMNS`, and a row a line with a number that was not read.

    What a line leaves open, and what cannot be measured, is NaN. `elsewhere` is the share of other
    people's trials whose measurement the number fits, too; `side_right` is known where the sides
    differ by more than the tolerance.
    """
    lines, unread = [], []
    for text in texts:
        stated = read_stated(text.text, text.record)
        others = [other.record for other in texts if other.participant_id != text.participant_id]
        lines += [_scored(text, line, others) for line in stated.lines]
        unread += [(text.trial_id, text.participant_id, part) for part in stated.unread]
    return (
        pd.DataFrame(lines, columns=LINE_COLUMNS),
        pd.DataFrame(unread, columns=["trial_id", "participant_id", "text"]),
    )


def _scored(text: ScoredText, line: StatedLine, others: Sequence[Record]) -> tuple:
    own = _quantity(text.record, line.quantity, line.side)
    measured = own.value if own and own.value is not None else np.nan
    head = (text.trial_id, text.participant_id, line.text, line.quantity, line.side, line.value)
    if np.isnan(measured):
        return (*head, np.nan, np.nan, np.nan, np.nan, np.nan, 1.0)
    elsewhere = [_quantity(record, line.quantity, line.side) for record in others]
    fits = [_fits(line, other) for other in elsewhere if other and other.value is not None]
    return (
        *head,
        measured,
        float(_fits(line, own)),
        np.mean(fits) if fits else np.nan,
        _side_right(line, own, text.record),
        _direction_right(line, own),
        0.0,
    )


def _quantity(record: Record, key: str, side: str) -> MeasuredQuantity | None:
    return next((q for q in record if q.key == key and (q.side or "") == side), None)


def _fits(line: StatedLine, quantity: MeasuredQuantity) -> bool:
    if line.unit and line.unit != quantity.unit:
        return False
    # A number is stated with the decimals of its quantity, so rounding costs half of the last one.
    rounding = 0.5 * 10.0**-quantity.decimals
    return abs(line.value - quantity.value) <= _tolerance(quantity) + rounding


def _tolerance(quantity: MeasuredQuantity) -> float:
    return TOLERANCES.get(quantity.unit, TOLERANCE_SHARE * abs(quantity.value))


def _side_right(line: StatedLine, own: MeasuredQuantity, record: Record) -> float:
    """Whether a number is nearer to the side that it is said of than to the other."""
    other_side = {"right": "left", "left": "right"}.get(line.side)
    other = _quantity(record, line.quantity, other_side) if other_side else None
    if other is None or other.value is None or abs(own.value - other.value) <= _tolerance(own):
        return np.nan
    return float(abs(line.value - own.value) < abs(line.value - other.value))


def _direction_right(line: StatedLine, own: MeasuredQuantity) -> float:
    if not line.direction or own.usual is None:
        return np.nan
    return float(line.direction == own.direction)


def summary(lines: pd.DataFrame, n_draws: int, seed: int) -> pd.DataFrame:
    """Each measure over all lines, with an interval that resamples participants."""
    people = sorted(lines["participant_id"].unique())
    weights = participant_weights(len(people), n_draws, seed)
    drawn = {}
    for name, column in MEASURES.items():
        known = lines.dropna(subset=[column])
        by_person = known.groupby("participant_id")[column].agg(["sum", "count"])
        sums = by_person.reindex(people, fill_value=0).to_numpy(float)  # (P, 2)
        total = np.concatenate([sums.sum(axis=0)[None], weights @ sums])
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn[name] = (total[:, 0] / total[:, 1], len(known), len(by_person))
    own, elsewhere = list(MEASURES)[:2]
    drawn[SPECIFICITY] = (drawn[own][0] - drawn[elsewhere][0], *drawn[elsewhere][1:])
    rows = [
        (name, values[0], *interval(values[1:], n_people), n_lines, n_people)
        for name, (values, n_lines, n_people) in drawn.items()
    ]
    columns = ["measure", "value", "low", "high", "n_lines", "n_participants"]
    return pd.DataFrame(rows, columns=columns)


def changed_when_negated(
    answers: pd.DataFrame, people: Mapping[str, str], n_draws: int, seed: int
) -> pd.DataFrame:
    """How often `answer` and `negated_answer` differ: a model that uses its evidence changes its answer.

    A row in the form of `summary`; `people` are participants by trial.
    """
    changed = (
        answers["answer"].str.strip().str.lower()
        != answers["negated_answer"].str.strip().str.lower()
    )
    lines = pd.DataFrame(
        {"participant_id": answers["trial_id"].map(people), "changed": changed * 1.0}
    )
    by_person = lines.groupby("participant_id")["changed"].agg(["sum", "count"]).to_numpy(float)
    total = participant_weights(len(by_person), n_draws, seed) @ by_person
    ends = interval(total[:, 0] / total[:, 1], len(by_person))
    row = (
        "answer changed when a line is negated",
        changed.mean(),
        *ends,
        len(lines),
        len(by_person),
    )
    return pd.DataFrame(
        [row], columns=["measure", "value", "low", "high", "n_lines", "n_participants"]
    )
