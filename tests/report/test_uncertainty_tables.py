"""What is said of sets and intervals: who stands behind them and whether they say anything."""

import numpy as np
import pandas as pd

from biomechgpt.report.question_sections.confidence import _number_choice, _number_intervals, _sets

INTERVAL = {
    "task": "tug", "level": 0.8, "coverage": 0.9, "low": 0.8, "high": 1.0, "label_range": 11.5,
    "n_participants": 16, "n_trials": 23,
}  # fmt: skip


def test_an_interval_wider_than_the_training_labels_is_said_to_say_nothing():
    rows = [
        INTERVAL | {"method": "corrected", "mean_width": 14.5},
        INTERVAL | {"method": "pooled", "mean_width": 6.25},
        INTERVAL | {"method": "pooled", "mean_width": np.nan, "n_trials": 0},
    ]
    table = _number_intervals(pd.DataFrame(rows), "s")
    widths = [(row[3].text, row[3].sub) for row in table.rows]
    assert widths == [("14.5", "says nothing"), ("6.25", "")]
    assert "training labels are 11.5 s wide" in table.caption
    assert table.rows[1][0] == "by all other participants that no training saw, as published"


def test_the_number_that_is_the_answer_stands_there_with_its_reason():
    choice = {"fold": "holdout", "task": "tug", "number": "median", "n_participants": 6}
    choices = pd.DataFrame([choice | {"mae_mean": 1.3, "mae_median": 1.125}])
    (text,) = _number_choice(choices, "s")
    assert text.text == (
        "The answer is the median of the predicted distribution: on 6 validation participants of "
        "holdout the median errs by 1.12 s, the mean by 1.30 s."
    )


def test_sets_name_whose_answers_made_them():
    row = {"task": "falls", "level": 0.8, "label": None, "coverage": 0.9, "low": 0.8, "high": 1.0}
    row |= {"mean_size": 1.5, "single_share": 0.5, "n_participants": 9, "n_trials": 20}
    rows = [row | {"method": method} for method in ("corrected", "pooled")]
    table = _sets(pd.DataFrame(rows))
    assert [line[1] for line in table.rows] == [
        "by validation participants",
        "by all other participants that no training saw, as published",
    ]
