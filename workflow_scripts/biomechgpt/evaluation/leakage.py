"""The leakage audit: what can be checked from the files is counted, the rest names its place in
the code.
"""

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

NONE, LEAK, BUILT, INFORMATION = "none found", "leak", "by construction", "information"
BY_CONSTRUCTION = {
    "tokenizer": "weights, statistics and codebook see joint angles of training participants only "
    "(tokenizer/stage.py); the same folds.tsv serves tokenizer and language model",
    "base_model": "an embedded base is pretrained on motions of training participants and on "
    "training phrasings, never on an answer (language_model/embedded.py); what a checkpoint "
    "from elsewhere has seen is not known here",
    "finetuning": "rows with split train alone (language_model/finetuning.py); nothing is selected "
    "on validation or test participants",
    "baselines": "fitted and searched on rows with split train alone (baselines/run.py, "
    "baselines/parameter_search.py)",
    "calibration": "temperatures, the choice of mean or median and the limits whose coverage is measured "
    "see validation participants of the same fold; pooled limits see test participants too, each but the "
    "one they are applied to (evaluation/fitted_calibration.py)",
}
CHECK_COLUMNS = ("fold", "check", "found", "verdict", "detail")


class Audit(NamedTuple):
    """`checks`: fold, check, found, verdict, detail. `sizes`: fold, split, participants, trials."""

    checks: pd.DataFrame
    sizes: pd.DataFrame


def audit(
    trials: pd.DataFrame, folds: pd.DataFrame, questions: Sequence[tuple[str, pd.DataFrame]]
) -> Audit:
    """Audit the split: `trials` is the index of accepted trials, `folds` fold, participant_id, split.

    `questions` are (fold, questions of one seed), with split, participant_id, phrasing_id and
    question.
    """
    by_fold = {fold: [table for name, table in questions if name == fold] for fold, _ in questions}
    rows = []
    for fold, of_fold in folds.groupby("fold"):
        side = of_fold.drop_duplicates("participant_id").set_index("participant_id")["split"]
        sides = of_fold.groupby("participant_id")["split"].nunique()
        checks = [
            _counted("participants", sides.index[sides > 1], "on more than one side of folds.tsv"),
            *_recordings(trials, side),
            *_questions(by_fold.get(fold, []), side),
        ]
        rows += [{"fold": fold, **row} for row in checks]
    rows.append({"fold": "all", **_tested(folds)})
    rows += [
        {"fold": "all", "check": check, "found": None, "verdict": BUILT, "detail": place}
        for check, place in BY_CONSTRUCTION.items()
    ]
    checks = pd.DataFrame(rows, columns=list(CHECK_COLUMNS)).astype({"found": "Int64"})
    return Audit(checks, _sizes(trials, folds))


def read_questions(paths: Iterable[tuple[str, os.PathLike]]) -> list[tuple[str, pd.DataFrame]]:
    """The columns that the audit looks at of files of questions, each with its fold."""
    columns = ["participant_id", "split", "phrasing_id", "question"]
    return [(fold, pd.read_parquet(path, columns=columns)) for fold, path in paths]


def _recordings(trials: pd.DataFrame, side: pd.Series) -> list[dict]:
    """Split groups and equal recordings on both sides, dropped copies among them."""
    own = trials["participant_id"].map(side)
    rows = []
    columns = {"split_groups": "split_group", "equal_recordings": "angles_sha256"}
    for check, column in columns.items():
        sides = own.groupby(trials[column]).nunique()
        rows.append(_counted(check, sides.index[sides > 1], f"values of {column} on two sides"))
    copies = trials[["trial_id", "also_recorded_as"]].assign(own=own).explode("also_recorded_as")
    copies = copies[copies["also_recorded_as"].notna()]
    other = copies["also_recorded_as"].map(side)
    lost = copies[other.notna() & (other != copies["own"])]["trial_id"].unique()
    detail = f"of {len(copies)} dropped copies of a recording stood on another side"
    return [*rows, _counted("dropped_copies", lost, detail)]


def _questions(tables: list[pd.DataFrame], side: pd.Series) -> list[dict]:
    """Whether questions agree with the split, and phrasings of training with those of test."""
    if not tables:
        return []
    questions = pd.concat(tables)
    wrong = questions["participant_id"].map(side) != questions["split"]
    strangers = questions.loc[wrong, "participant_id"].unique()
    rows = [
        _counted(
            "questions", strangers, "participants asked on a side that is not theirs in folds.tsv"
        )
    ]
    in_training = questions["split"] == "train"
    train, rest = questions[in_training], questions[~in_training]
    columns = {"phrasings": "phrasing_id", "question_texts": "question"}
    for check, column in columns.items():
        shared = set(train[column]) & set(rest[column])
        rows.append(_counted(check, sorted(shared), "asked in training and outside of it"))
    return rows


def _counted(check: str, leaks: Sequence[str], what: str) -> dict:
    names = f": {', '.join(map(str, leaks[:5]))}" if len(leaks) else ""
    row = {"check": check, "found": len(leaks), "verdict": LEAK if len(leaks) else NONE}
    return {**row, "detail": f"{len(leaks)} {what}{names}"}


def _tested(folds: pd.DataFrame) -> dict:
    """How often each participant is tested over the folds."""
    times = (folds["split"] == "test").groupby(folds["participant_id"]).sum()
    words = {0: "never", 1: "once", 2: "twice"}
    parts = [
        f"{n} {words.get(k, f'{k} times')}" for k, n in times.value_counts().sort_index().items()
    ]
    row = {"check": "tested_once", "found": int((times == 1).sum()), "verdict": INFORMATION}
    return {**row, "detail": f"participants tested: {', '.join(parts)}"}


def _sizes(trials: pd.DataFrame, folds: pd.DataFrame) -> pd.DataFrame:
    n_trials = trials["participant_id"].value_counts()
    counted = folds.assign(trials=folds["participant_id"].map(n_trials).fillna(0).astype(int))
    sizes = counted.groupby(["fold", "split"], sort=False)
    return sizes.agg(
        participants=("participant_id", "nunique"), trials=("trials", "sum")
    ).reset_index()
