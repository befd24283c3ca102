"""How often own answers open or close a question wrongly, counted on answers made up by hand."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation.gate_errors import COLUMNS, gate_table
from biomechgpt.settings.tasks_section import task_settings

TASKS = task_settings({
    "impaired": {"kind": "classification", "label": "ill", "options": ["yes", "no"]},
    "diagnosis": {
        "kind": "classification", "label": "diagnosis", "options": ["stroke", "other"],
        "applies_to": {"ill": ["yes"]},
    },
    "falls": {
        "kind": "classification", "label": "fell", "options": ["yes", "no"],
        "applies_to": {"diagnosis": ["stroke"]},
    },
    "speed": {"kind": "regression", "label": "speed", "applies_to": {"activity": ["walking"]}},
})  # fmt: skip
# trial: the truths, and the probability of the first option by task
TRIALS = {
    "ill, seen": ({"impaired": "yes", "diagnosis": "stroke"}, {"impaired": 0.9, "diagnosis": 0.9}),
    "ill, missed": ({"impaired": "yes", "diagnosis": "other"}, {"impaired": 0.1, "diagnosis": 0.1}),
    "well, seen": ({"impaired": "no"}, {"impaired": 0.05}),
    "well, in vain": ({"impaired": "no"}, {"impaired": 0.85}),
    "well, unclear": ({"impaired": "no"}, {"impaired": 0.5}),
    "fell": (
        {"impaired": "yes", "diagnosis": "stroke", "falls": "yes"},
        {"impaired": 0.99, "diagnosis": 0.1, "falls": 0.9},
    ),
}


def predictions() -> pd.DataFrame:
    rows = []
    for number, (trial, (truths, first)) in enumerate(TRIALS.items()):
        for task, truth in truths.items():
            options = TASKS[task].options
            rows += [
                {"fold": "holdout", "variant": "model", "seed": seed, "trial_id": trial,
                 "participant_id": f"p{number // 2}", "task": task, "kind": "classification",
                 "truth": truth, "options": options,
                 "probabilities": np.array([first[task], 1 - first[task]])}
                for seed in (0, 1)
            ]  # fmt: skip
    return pd.DataFrame(rows)


def calibration(temperature: float) -> pd.DataFrame:
    rows = [("model", "holdout", seed, task, temperature) for seed in (0, 1) for task in TASKS]
    return pd.DataFrame(rows, columns=["variant", "fold", "seed", "task", "temperature"])


def counts(temperature: float = 1.0) -> dict:
    table = gate_table(predictions(), TASKS, ["model", "absent"], calibration(temperature))
    assert tuple(table.columns) == COLUMNS
    return {(row.task, row.applies): row for row in table.itertuples()}


def test_missed_and_asked_in_vain_are_counted_over_seeds():
    counted = counts()
    assert list(counted) == [
        ("diagnosis", "yes"),
        ("diagnosis", "no"),
        ("falls", "yes"),
        ("falls", "no"),
    ]
    ill, well = counted["diagnosis", "yes"], counted["diagnosis", "no"]
    assert (ill.own_yes, ill.own_unknown, ill.own_no, ill.not_followed) == (4, 0, 2, 0)
    assert (well.own_yes, well.own_unknown, well.own_no, well.not_followed) == (2, 2, 2, 0)
    assert (ill.n_participants, ill.n_trials, ill.n_seeds) == (2, 3, 2)
    assert (well.n_participants, well.n_trials) == (2, 3)


def test_a_chain_is_followed_as_far_as_there_are_answers():
    counted = counts()
    fell, others = counted["falls", "yes"], counted["falls", "no"]
    # "ill, seen" has a stroke, so that falls apply though nobody recorded any; "fell" is called other.
    assert (fell.own_yes, fell.own_unknown, fell.own_no, fell.n_trials) == (2, 0, 2, 2)
    # Of the four others two are closed, and two end where nobody asked for a diagnosis.
    assert (others.own_yes, others.own_unknown, others.own_no) == (0, 4, 4)
    assert others.not_followed == 4


def test_the_temperature_decides_how_sure_an_answer_is():
    flat = counts(temperature=100.0)["diagnosis", "yes"]
    assert (flat.own_yes, flat.own_unknown, flat.own_no) == (0, 6, 0)


def test_a_condition_that_no_task_answers_is_left_out():
    table = gate_table(predictions(), TASKS, ["model"], calibration(1.0))
    assert "speed" not in set(table["task"])


@pytest.mark.parametrize("variants", [[], ["absent"]])
def test_without_answers_the_table_has_its_head_alone(variants):
    table = gate_table(predictions(), TASKS, variants, calibration(1.0))
    assert tuple(table.columns) == COLUMNS
    assert table.empty
