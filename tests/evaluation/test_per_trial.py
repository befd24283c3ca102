"""The table of answers: ranked differentials, sets, intervals, and the file."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from biomechgpt.evaluation.fitted_calibration import Calibrated
from biomechgpt.evaluation.per_trial import SCHEMA, per_trial, write_answers
from tests.helpers import fake_answers

P = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [np.nan] * 3])


@pytest.fixture
def classes():
    answers = fake_answers.certain(np.arange(3), np.array([2, 1, 0]), [1, 0, 3], 3)
    answers.probabilities[:] = P
    limits = np.array([[0.65, 0.8], [0.65, np.nan], [0.65, 0.8]])
    return per_trial(answers, Calibrated(P, limits, limits, pd.DataFrame()))


def test_a_differential_ranks_all_options(classes):
    row = classes.slice(0, 1).to_pylist()[0]
    assert row["ranked_options"] == ["option 1", "option 2", "option 0"]
    assert row["ranked_probabilities"] == [0.5, 0.3, 0.2]
    assert (row["decided"], row["right"]) == ("option 1", False)
    assert (row["confidence"], row["truth_probability"]) == (0.5, 0.3)
    assert (row["set_size_80"], row["set_size_90"]) == (1, 3)
    assert row["error"] is None


def test_the_first_of_equals_is_decided_and_ranked_first(classes):
    row = classes.slice(1, 1).to_pylist()[0]
    assert row["decided"] == row["ranked_options"][0] == "option 0"
    assert (row["set_size_80"], row["set_size_90"]) == (2, None)


def test_a_row_without_probabilities_has_no_differential(classes):
    row = classes.slice(2, 1).to_pylist()[0]
    assert row["ranked_options"] == row["ranked_probabilities"] == []
    assert (row["decided"], row["right"]) == (None, False)
    assert row["confidence"] is row["truth_probability"] is row["set_size_80"] is None


def test_numbers_have_errors_and_intervals():
    answers = fake_answers.numbers(
        np.arange(2), [1.0, 2.0], [1.5, np.nan], [1.0, np.nan], [2, np.nan]
    )
    limits = np.array([[0.5, 1.0], [0.5, 1.0]])
    answer_rows = per_trial(
        answers, Calibrated(np.empty((2, 0)), limits, limits, pd.DataFrame())
    ).to_pylist()
    assert answer_rows[0]["error"] == 0.5
    assert (answer_rows[0]["low_90"], answer_rows[0]["high_90"]) == (1.0, 2.0)
    assert (answer_rows[0]["corrected_low_80"], answer_rows[0]["corrected_high_90"]) == (0.5, 3.0)
    assert answer_rows[0]["right"] is None
    assert answer_rows[1]["error"] is answer_rows[1]["corrected_low_80"] is None


def test_the_file_has_the_schema_also_without_rows(classes, tmp_path):
    write_answers([classes, classes], tmp_path / "answers.parquet")
    read = pq.read_table(tmp_path / "answers.parquet")
    assert read.schema.equals(SCHEMA)
    assert len(read) == 6
    write_answers([], tmp_path / "none.parquet")
    assert len(pq.read_table(tmp_path / "none.parquet")) == 0
