"""Which questions on which movements a study shows, and which of them are lures."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.study.explanations import Explanation, Key


class QuestionItem(NamedTuple):
    """A question on a movement, and what each arm says, in the order of the arms.

    In a lure the explanation of `wrong_arm` is that of the movement `taken_from`.
    """

    name: str
    trial_id: str
    task: str
    truth: str
    explanations: Mapping[str, Explanation]
    wrong_arm: str = ""
    taken_from: str = ""

    @property
    def arms(self) -> Sequence[str]:
        """The names of its arms."""
        return list(self.explanations)


def draw_items(
    known: pd.DataFrame,
    arms: Mapping[str, Mapping[Key, Explanation]],
    n_items: int,
    lures: float,
    rng: np.random.Generator,
) -> list[QuestionItem]:
    """Draw items evenly over tasks, true classes, and right and wrong answers; lures come last.

    `known` has a row a trial and task (its index) with `participant_id, kind, truth, truth_number,
    right`; only what all arms say something about is drawn.

    Raises:
        InputError: There are too few such questions, or none fits a lure.
    """
    answered = known[[all(key in said for said in arms.values()) for key in known.index]]
    n_lures = math.ceil(lures * n_items)
    if len(answered) < n_items + n_lures:
        raise InputError(
            f"study.explanations.items is {n_items} and {n_lures} lures come to them, but all arms "
            f"answer {len(answered)} questions together: ask for fewer items, or name more tasks."
        )
    ordered = _evenly(answered, rng)
    items = [
        _item(f"question-{number}", key, row, arms)
        for number, (key, row) in enumerate(ordered[:n_items].iterrows(), start=1)
    ]
    return items + _draw_lures(ordered, ordered[n_items:], arms, n_lures, rng)


def _evenly(known: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The rows in an order that takes one of each stratum in turn."""
    shuffled = known.sample(frac=1, random_state=rng)
    classes = shuffled["truth"].where(shuffled["kind"] == "classification", "")
    strata = [shuffled.index.get_level_values("task"), classes, shuffled["right"].astype(str)]
    turn = shuffled.groupby(strata).cumcount()
    return shuffled.loc[turn.sort_values(kind="stable").index]


def _item(
    name: str, key: Key, row: pd.Series, arms: Mapping[str, Mapping[Key, Explanation]]
) -> QuestionItem:
    return QuestionItem(name, *key, row["truth"], {arm: said[key] for arm, said in arms.items()})


def _draw_lures(
    everything: pd.DataFrame,
    candidates: pd.DataFrame,
    arms: Mapping[str, Mapping[Key, Explanation]],
    n_lures: int,
    rng: np.random.Generator,
) -> list[QuestionItem]:
    lures = []
    for key, row in candidates.iterrows():
        if len(lures) == n_lures:
            break
        arm = rng.choice(list(arms))
        donor = _donor(everything, key, row, arms[arm], rng)
        if donor is None:
            continue
        item = _item(f"lure-{len(lures) + 1}", key, row, arms)
        wrong = dict(item.explanations) | {arm: arms[arm][donor]}
        lures.append(item._replace(explanations=wrong, wrong_arm=str(arm), taken_from=donor[0]))
    if len(lures) < n_lures:
        raise InputError(
            f"study.explanations.lures: only {len(lures)} of {n_lures} lures can be made, since the arms "
            "say the same of most movements: lower it, or name more tasks."
        )
    return lures


def _donor(
    everything: pd.DataFrame,
    key: Key,
    row: pd.Series,
    said: Mapping[Key, Explanation],
    rng: np.random.Generator,
) -> Key | None:
    """Another person's movement whose explanation, to the same task, is wrong here; None without one.

    Of numbers the one whose truth is farthest from the truth here.
    """
    others = everything[
        (everything.index.get_level_values("task") == key[1])
        & (everything["participant_id"] != row["participant_id"])
    ]
    wrong = [
        other
        for other in others.index
        if said[other].answer not in (row["truth"], said[key].answer)
    ]
    if not wrong:
        return None
    if row["kind"] == "classification":
        return wrong[rng.integers(len(wrong))]
    distance = (others["truth_number"] - row["truth_number"]).abs()
    return max(wrong, key=lambda other: distance[other])
