"""How well each participant is answered: a figure over all of them may hide whom a model fails."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from biomechgpt.evaluation.answer_arrays import Answers
from biomechgpt.evaluation.comparisons import own_measure
from biomechgpt.evaluation.scores import count_votes


def participant_rows(answers: Answers, participants: pd.Index) -> list[dict]:
    """The accuracy (or mean absolute error) of each participant who was asked, mean over the seeds.

    A row a participant and reading: `answer` counts trials, `vote` votes, where there are any.
    `participants` are those to which `answers.person` points.
    """
    metric, _, own = own_measure(answers)
    head = {"metric": metric, "n_seeds": len(answers.seeds)}
    n_trials = answers.rows.groupby(answers.person)["trial_id"].nunique()
    rows = [_row(participants[p], "answer", own[p], n) for p, n in n_trials.items()]
    rows += _vote_rows(answers, participants)
    return [{**head, **row} for row in rows]


def _vote_rows(answers: Answers, participants: pd.Index) -> Iterator[dict]:
    votes = count_votes(answers, len(participants))
    if votes is None:
        return
    right = votes.confusions.trace(axis1=-2, axis2=-1).sum(axis=0)  # (P,), over the seeds
    total = votes.confusions.sum(axis=(0, 2, 3))
    for p in np.flatnonzero(total):
        yield _row(participants[p], "vote", right[p] / total[p], total[p] // len(answers.seeds))


def _row(participant: str, reading: str, value: float, n: int) -> dict:
    return {"participant_id": participant, "reading": reading, "value": float(value), "n": int(n)}
