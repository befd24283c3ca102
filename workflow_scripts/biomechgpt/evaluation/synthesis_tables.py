"""The tables of the study of synthesis, over all folds (docs/contracts.md)."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.evaluation import intervals
from biomechgpt.evaluation.synthesis_names import (
    BY_VALIDATION,
    CONTROLS,
    READS_SYNTHETIC,
    REAL,
    TRAINING,
    WITH_REAL,
)
from biomechgpt.files import replacing
from biomechgpt.spreadsheets import harmless

SAMPLE = ["classifier", "training_people"]
ARM = ["use", "generator", "per_real"]
MEMORY = ("nearest_ratio", "very_near_share", "membership_auc", "recognised_share", "copied_share")
LIKENESS = ("frechet_distance", "precision", "recall", "told_apart", "spread_ratio")
VERDICTS = {"above": "helps", "below": "hurts", "not distinguishable": "does not help"}


def study_tables(
    utility_paths: Sequence[os.PathLike],
    measures_paths: Sequence[os.PathLike],
    n_draws: int,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """The tables by name, of what the study wrote of each fold.

    Args:
        utility_paths: Right answers, a file a fold.
        measures_paths: Quality, likeness and memory, a file a fold.
        n_draws: Of the bootstrap over test participants.
        seed: Of the bootstrap.
    """
    answers, measures = (
        pd.concat([pd.read_parquet(path).assign(fold=fold) for fold, path in enumerate(paths)])
        for paths in (utility_paths, measures_paths)
    )
    of_measure = {
        "likeness": measures["measure"].isin(LIKENESS),
        "memory": measures["measure"].isin(MEMORY),
    }
    quality = ~(of_measure["likeness"] | of_measure["memory"])
    return {
        "utility": pd.DataFrame(_utility(answers, n_draws, seed)),
        "labels_read": _labels_read(answers),
        "quality": _over_folds(measures[quality]),
        **{name: _over_folds(measures[rows]) for name, rows in of_measure.items()},
    }


def write_study_tables(tables: dict[str, pd.DataFrame], folder: os.PathLike) -> None:
    """Write each table as Parquet, and as CSV for people."""
    with replacing(folder) as temporary:
        temporary.mkdir()
        for name, table in tables.items():
            table.to_parquet(temporary / f"{name}.parquet", index=False)
            harmless(table).to_csv(temporary / f"{name}.csv", index=False, float_format="%.6g")


def read_study_tables(folder: os.PathLike) -> dict[str, pd.DataFrame]:
    """The tables that `write_study_tables` wrote, by name."""
    return {path.stem: pd.read_parquet(path) for path in sorted(Path(folder).glob("*.parquet"))}


def _utility(answers: pd.DataFrame, n_draws: int, seed: int) -> Iterator[dict]:
    """A row an arm, paired with recorded movements alone on the same test people."""
    answers = answers[answers["split"] != "synthetic"]
    for key, sample in answers.groupby(SAMPLE, sort=False):
        test, validation = (
            _accuracies(sample[sample["split"] == s]) for s in ("test", "validation")
        )
        real = test.xs(REAL, level="use").droplevel(["generator", "per_real"])
        rows = {arm: rows.droplevel(ARM) for arm, rows in test.groupby(ARM, sort=False)}
        if len(validation):
            rows = {(WITH_REAL, BY_VALIDATION, np.nan): _by_validation(test, validation)} | rows
        for arm, accuracy in rows.items():
            weights = intervals.participant_weights(len(accuracy), n_draws, seed)
            yield dict(zip([*SAMPLE, *ARM], [*key, *arm], strict=True)) | _compared(
                accuracy, real, weights
            )


def _accuracies(rows: pd.DataFrame) -> pd.DataFrame:
    """By arm, fold and person the accuracy, mean over the seeds, and what is behind it."""
    rows = rows.assign(accuracy=rows["right"] / rows["trials"])
    return rows.groupby([*ARM, "fold", "participant_id"], sort=False).agg(
        accuracy=("accuracy", "mean"),
        n_people=("n_people", "mean"),
        n_synthetic=("n_synthetic", "mean"),
        n_trials=("trials", "first"),
        n_seeds=("seed", "nunique"),
    )


def _by_validation(test: pd.DataFrame, validation: pd.DataFrame) -> pd.DataFrame:
    """In each fold the test rows of the arm that does best on its validation people.

    Recorded movements alone are an arm too, and of equals that with fewer synthetic ones is taken.
    Controls are none.
    """
    means = validation.groupby([*ARM, "fold"])[["accuracy", "n_synthetic"]].mean().reset_index()
    means = means[means["use"].isin([REAL, WITH_REAL])]
    means = means[~means["generator"].isin(CONTROLS)]
    means["accuracy"] = means["accuracy"].round(9)  # sums in another order are no difference
    best = (
        means.sort_values(["accuracy", "n_synthetic"], ascending=[False, True])
        .groupby("fold")
        .head(1)
    )
    arms = pd.MultiIndex.from_frame(best[[*ARM, "fold"]])
    rows = test[test.index.droplevel("participant_id").isin(arms)]
    return rows.droplevel(ARM)


def _compared(accuracy: pd.DataFrame, real: pd.DataFrame, weights: np.ndarray) -> dict:
    """Accuracies, their paired difference over people, and what it allows one to say.

    A generator that could make nothing in some folds is compared on the people of the others.
    """
    real = real.loc[accuracy.index]
    difference = (accuracy["accuracy"] - real["accuracy"]).to_numpy()
    draws = weights @ difference / weights.sum(axis=1)
    bootstrap = intervals.interval(draws, len(difference))
    by_t = intervals.t_interval(difference)
    return {
        "accuracy": accuracy["accuracy"].mean(),
        "accuracy_real": real["accuracy"].mean(),
        "difference": difference.mean(),
        **dict(zip(("low", "high"), bootstrap, strict=True)),
        **dict(zip(("t_low", "t_high"), by_t, strict=True)),
        "verdict": _verdict(bootstrap, by_t, difference),
        "n_participants": len(difference),
        "n_trials": int(real["n_trials"].sum()),
        "n_seeds": int(real["n_seeds"].max()),
        "n_people": real["n_people"].mean(),
        "n_synthetic": accuracy["n_synthetic"].mean(),
    }


def _verdict(
    bootstrap: tuple[float, float], by_t: tuple[float, float], difference: np.ndarray
) -> str:
    """Helps or hurts only where both intervals lie on that side of 0; the bootstrap alone is too narrow."""
    if len(difference) < intervals.FEWEST_PARTICIPANTS:
        return "not estimable"
    verdicts = {intervals.verdict(bootstrap), intervals.verdict(by_t)}
    return VERDICTS.get(verdicts.pop(), "does not help") if len(verdicts) == 1 else "does not help"


def _labels_read(answers: pd.DataFrame) -> pd.DataFrame:
    """How many synthetic movements a classifier of recorded ones reads as what they were meant to be."""
    rows = answers[answers["use"] == READS_SYNTHETIC]
    counts = rows.groupby([*SAMPLE, "generator", "label"], sort=False)[["right", "trials"]].sum()
    counts["share"] = counts["right"] / counts["trials"]
    return counts.reset_index()


def _over_folds(measures: pd.DataFrame) -> pd.DataFrame:
    """The mean over folds with the least and the greatest, and as a ratio to real training movements."""
    table = measures.groupby(["source", "measure"], sort=False).agg(
        value=("value", "mean"),
        least=("value", "min"),
        greatest=("value", "max"),
        n_walks=("n_walks", "mean"),
        n_folds=("fold", "nunique"),
    )
    table = table.reset_index()
    real = table[table["source"] == TRAINING].set_index("measure")["value"]
    table["ratio_to_training"] = table["value"] / table["measure"].map(real)
    return table
