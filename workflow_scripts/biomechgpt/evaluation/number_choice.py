"""Which number of a predicted distribution is the answer: its mean or its median.

The median makes the expected absolute error least where the distribution is true; where it is not,
the mean may err less. Chosen for each fold, task and model by the mean absolute error on validation
participants, all seeds together; the median where they are too few to tell.
"""

import pandas as pd

from biomechgpt.evaluation.columns import COLUMNS
from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS
from biomechgpt.questions.calibration import MEAN, MEDIAN

KEY = ["fold", "task", "variant"]


def number_choices(predictions: pd.DataFrame) -> pd.DataFrame:
    """A row for each fold, task and model that predicts distributions of numbers.

    `number` is `mean` or `median`, `mae_mean` and `mae_median` (unit of the task) are the errors of
    either on the `n_participants` validation participants, NaN without any.
    """
    known = predictions[predictions["number_mean"].notna()]
    rows = [
        {**dict(zip(KEY, key, strict=True)), **_choice(of_key[of_key["split"] == "validation"])}
        for key, of_key in known.groupby(KEY, sort=False)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS["number_choices"]))


def _choice(validation: pd.DataFrame) -> dict:
    errors = {
        name: (validation[f"number_{name}"] - validation["truth_number"]).abs().mean()
        for name in (MEAN, MEDIAN)
    }
    n_people = validation["participant_id"].nunique()
    mean_is_better = n_people >= FEWEST_PARTICIPANTS and errors[MEAN] < errors[MEDIAN]
    return {
        "number": MEAN if mean_is_better else MEDIAN,
        **{f"mae_{name}": error for name, error in errors.items()},
        "n_participants": n_people,
    }


def with_decided_numbers(predictions: pd.DataFrame, choices: pd.DataFrame) -> pd.DataFrame:
    """The predictions with `decided_number` and, of a distribution, its `number_choice`.

    Without a distribution the number itself is the answer and the choice is empty.
    """
    choice = predictions[KEY].merge(choices[[*KEY, "number"]], on=KEY, how="left")["number"]
    choice = choice.fillna("").set_axis(predictions.index)
    number = predictions["number_median"].where(choice != MEAN, predictions["number_mean"])
    decided = number.astype(float).fillna(predictions["number"].astype(float))
    return predictions.assign(decided_number=decided, number_choice=choice)
