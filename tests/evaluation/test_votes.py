"""One answer a participant: who votes, and when nobody may."""

import numpy as np
import pytest

from biomechgpt.evaluation.fitted_calibration import calibrate
from biomechgpt.evaluation.notes import notes_on
from biomechgpt.evaluation.scores import score_votes
from tests.helpers import fake_answers

SURE = np.eye(3)


def answers_of(truths):
    """Two trials of each person, with the truths of `truths` (P, 2), all answered right."""
    truths = np.array(truths)
    person = np.repeat(np.arange(len(truths)), 2)
    return fake_answers.choices(person, truths.ravel(), SURE[truths.ravel()])


def votes(answers):
    return score_votes(answers, np.ones((2, answers.person.max() + 1)))


def test_participants_with_mixed_truths_do_not_vote_and_the_others_are_counted():
    score, size = votes(answers_of([[0, 0], [1, 1], [2, 2], [0, 0], [0, 1]]))
    assert size == {"n_participants": 4, "n_trials": 8}
    assert score.values["macro_f1"].tolist() == pytest.approx([1.0])


def test_nobody_votes_where_the_voters_lack_a_class_that_the_trials_have():
    lacking = answers_of([[0, 0], [1, 1], [0, 0], [0, 0], [0, 2]])
    assert votes(lacking) is None
    details = [row["detail"] for row in notes_on({"model": lacking}, {"model": _uncalibrated()})]
    text = "1 voters have trials with different truths and do not vote."
    assert f"{text} None of those left is option 2: no votes are counted." in details


def _uncalibrated():
    nobody = answers_of([[0, 0]]).only(np.array([], dtype=int))
    return calibrate(answers_of([[0, 0]]), nobody, {})
