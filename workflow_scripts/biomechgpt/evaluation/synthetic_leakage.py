"""Whether synthetic movements stayed in their fold, and away from validation and test people.

Other leaks are counted in the report (`evaluation.leakage`); these stop the run, since a figure that
synthetic movements of test people went into looks like any other.
"""

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.evaluation.leakage import CHECK_COLUMNS, LEAK, NONE

IN_COHORT = re.compile(
    r"(?:^|/)synthetic[/@]"
)  # an id of a synthetic movement, also as files have it


def audit_synthetic(
    synthetic: pd.DataFrame,
    trials: pd.DataFrame,
    folds: pd.DataFrame,
    recorded: Sequence[tuple[str, str]],
) -> pd.DataFrame:
    """One row a check, in the columns of `leakage.csv`.

    Args:
        synthetic: trial_id, fold, folder_fold (of its path), source_trial_ids (list), digest of the angles.
        trials: trial_id and participant_id of the accepted trials of the cohorts.
        folds: fold, participant_id, split.
        recorded: Id and digest of the angles of each accepted trial.
    """
    strangers = synthetic.loc[synthetic["fold"] != synthetic["folder_fold"], "trial_id"]
    ids = {*trials["trial_id"], *trials["participant_id"], *folds["participant_id"]}
    digests = set(synthetic["digest"])
    copies = [trial for trial, digest in recorded if digest in digests]
    rows = [
        ("synthetic_fold", strangers, "synthetic movements lie in a fold that did not make them"),
        ("synthetic_in_cohort", filter(IN_COHORT.search, sorted(ids)), "ids of the cohorts are synthetic"),
        ("synthetic_in_test", copies, "accepted trials are synthetic movements of this run"),
        (
            "conditions_from_test",
            _from_held_out(synthetic, trials, folds),
            "trials that synthetic movements were made from are not of training people of their fold",
        ),
    ]  # fmt: skip
    return pd.DataFrame([_row(*row) for row in rows], columns=list(CHECK_COLUMNS))


def refuse_leaks(checks: pd.DataFrame) -> None:
    """Return where no check of `audit_synthetic` counted a leak.

    Raises:
        InputError: There are leaks; a sentence for each check.
    """
    leaks = checks[checks["verdict"] == LEAK]
    if not leaks.empty:
        lines = "".join(f"\n  - {row.check}: {row.detail}" for row in leaks.itertuples())
        raise InputError(
            f"Synthetic movements are where they may not be:{lines}\nTake them out of the cohorts, or "
            "delete the folders synthetic/ and prompts/ of the folds, and start again."
        )


def _from_held_out(
    synthetic: pd.DataFrame, trials: pd.DataFrame, folds: pd.DataFrame
) -> Iterable[str]:
    """The sources of synthetic movements that no training participant of their fold performed."""
    sources = synthetic[["fold", "source_trial_ids"]].explode("source_trial_ids").dropna()
    sources = sources.drop_duplicates().rename(columns={"source_trial_ids": "trial_id"})
    people = sources.merge(trials[["trial_id", "participant_id"]], on="trial_id", how="left")
    sides = people.merge(folds, on=["fold", "participant_id"], how="left")
    return sides.loc[sides["split"] != "train", "trial_id"]


def _row(check: str, leaks: Iterable[str], what: str) -> dict:
    leaks = list(leaks)
    names = f": {', '.join(leaks[:5])}" if leaks else ""
    verdict = LEAK if leaks else NONE
    detail = f"{len(leaks)} {what}{names}"
    values = ("all", check, len(leaks), verdict, detail)
    return dict(zip(CHECK_COLUMNS, values, strict=True))
