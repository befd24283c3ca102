"""Trials that share a label vote for one answer."""

import numpy as np
import pandas as pd
import pytest

from biomechgpt.errors import InputError
from biomechgpt.evaluation.scores import score_votes
from biomechgpt.evaluation.voters import with_voters
from tests.helpers import fake_answers

PREDICTIONS = pd.DataFrame(
    {"trial_id": ["a", "b", "c", "d"], "participant_id": ["P", "P", "P", "Q"]}
)


@pytest.fixture
def cohorts(tmp_path):
    rows = PREDICTIONS.assign(file="x.csv", walk=["w1", "w1", "n/a", "w1"])
    rows.to_csv(tmp_path / "trials.tsv", sep="\t", index=False)
    people = pd.DataFrame({"participant_id": ["P", "Q"], "sex": "n/a"})
    people.to_csv(tmp_path / "participants.tsv", sep="\t", index=False)
    return [{"name": "clinic", "path": str(tmp_path)}]


def test_voters_are_trials_of_one_person_with_one_label(cohorts):
    voter = with_voters(PREDICTIONS, cohorts, "walk")["voter"]
    assert voter[0] == voter[1]
    assert voter.nunique() == 3  # c has no label and votes alone, d is of somebody else


def test_without_a_label_all_trials_of_a_person_vote_together():
    assert with_voters(PREDICTIONS, [], None)["voter"].tolist() == ["P", "P", "P", "Q"]


def test_a_column_that_no_table_has_is_named_with_those_there_are(cohorts):
    with pytest.raises(InputError, match=r"evaluate\.vote_by: no table has the column wlak.* walk"):
        with_voters(PREDICTIONS, cohorts, "wlak")


def test_a_walk_is_right_where_its_mean_probability_is():
    # Two people, two walks each, three trials a walk; the second walk of each has one sure error.
    person, truth = np.repeat([0, 1], 6), np.tile(np.repeat([0, 1], 3), 2)
    probabilities = np.eye(2)[truth] * 0.8 + 0.1
    probabilities[3] = probabilities[9] = [0.9, 0.1]
    answers = fake_answers.choices(person, truth, probabilities)
    walks = answers.rows.assign(voter=[f"{p}-{t}" for p, t in zip(person, truth, strict=True)])
    score, size = score_votes(answers._replace(rows=walks), np.ones((2, 2)))
    assert score.values["accuracy"].tolist() == [1.0]
    assert size == {"n_participants": 2, "n_trials": 12}
    probabilities[4] = probabilities[10] = [0.9, 0.1]  # two of three are wrong
    answers = fake_answers.choices(person, truth, probabilities)
    score, _ = score_votes(answers._replace(rows=walks), np.ones((2, 2)))
    assert score.values["accuracy"].tolist() == [0.5]
