"""A row a participant: the share of right trials and of right votes, or the mean error."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.evaluation.per_participant import participant_rows
from tests.helpers import fake_answers

PEOPLE = pd.Index(["P000", "P001", "P002"])  # of whom P002 is not asked


def table(answers):
    rows = pd.DataFrame(participant_rows(answers, PEOPLE))
    return rows.set_index(["reading", "participant_id"])


@pytest.fixture
def walks():
    """Two people with two walks of three trials each, two seeds; options 0 and 1."""
    person, truth = np.tile(np.repeat([0, 1], 6), 2), np.tile(np.repeat([0, 1], 3), 4)
    probabilities = np.eye(2)[truth] * 0.8 + 0.1
    probabilities[[0, 6, 7]] = [0.1, 0.9]  # of the first seed a trial of P000 and two of P001
    answers = fake_answers.choices(
        person, truth, probabilities, np.repeat([0, 1], 12), participants=PEOPLE
    )
    trial = np.tile(np.arange(12), 2)
    rows = answers.rows.assign(trial_id=trial.astype(str), voter=(trial // 3).astype(str))
    return answers._replace(rows=rows)


def test_trials_and_votes_of_each_person_are_counted_over_the_seeds(walks):
    rows = table(walks)
    assert rows.loc[("answer", "P000"), "value"] == pytest.approx(11 / 12)
    assert rows.loc[("answer", "P001"), "value"] == pytest.approx(10 / 12)
    assert rows.loc[("vote", "P000"), "value"] == 1  # two of three trials carry the walk
    assert rows.loc[("vote", "P001"), "value"] == 0.75  # one of two walks in one of two seeds
    assert rows.loc["answer", "n"].tolist() == [6, 6]
    assert rows.loc["vote", "n"].tolist() == [2, 2]
    assert set(rows["n_seeds"]) == {2}
    assert "P002" not in rows.index.get_level_values("participant_id")


def test_the_mean_of_the_people_weighs_them_alike_and_that_of_the_trials_does_not():
    person, truth = np.array([0] * 9 + [1]), np.zeros(10, int)
    answers = fake_answers.choices(person, truth, np.eye(2)[[0] * 9 + [1]])
    values = table(answers).loc["answer", "value"]
    assert values.tolist() == [1, 0]
    assert values.mean() == 0.5


def test_numbers_have_the_mean_absolute_error_and_no_votes():
    answers = fake_answers.numbers([0, 0, 1], [1.0, 2.0, 3.0], [1.5, 1.5, 5.0])
    rows = table(answers)
    assert set(rows["metric"]) == {"mae"}
    assert rows.loc["answer", "value"].tolist() == [0.5, 2.0]
    assert "vote" not in rows.index
