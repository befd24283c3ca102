"""How sure an answer is, in words: the model's share, and how often such shares were right."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from biomechgpt.chat.answers import Answer, Number
from biomechgpt.chat.run_trials import Run, run_of
from biomechgpt.evaluation.result_tables import read_table
from biomechgpt.language_model.description import ModelDescription
from biomechgpt.questions.calibration import Calibration, OptionEstimate, calibration_of_model

NEVER_CHECKED = "Nobody has checked how often such answers of this model are right."
WHAT_A_SHARE_IS = "A share is the model's own, calibrated on people whom it was not trained on."


def calibration_of_run(
    folder: Path, run: Run | None, description: ModelDescription
) -> dict[str, Calibration]:
    """The calibration that the evaluation of the model's own run fitted; empty where there is none."""
    if run is None or run.folder != run_of(folder):
        return {}
    table = run.folder / "tables" / "calibration.parquet"
    if not table.is_file():
        return {}
    key = (description.fold, description.variant, description.seed)
    return calibration_of_model(read_table(table), *key)


def reliability_of_run(
    folder: Path, run: Run | None, description: ModelDescription
) -> pd.DataFrame:
    """How sure and how often right answers about test people were, of all seeds of the model's variant.

    Empty where the model in `folder` was not made by `run`, or that was not evaluated.
    """
    is_own = run is not None and run.folder == run_of(folder)
    path = Path(run.folder, "tables", "reliability.parquet") if is_own else None
    if path is None or not path.is_file():
        return pd.DataFrame(columns=["task"])
    table = read_table(path)
    return table[(table["variant"] == description.variant) & (table["reading"] == "calibrated")]


def certainty_sentences(answer: Answer, reliability: pd.DataFrame) -> list[str]:
    """How sure the answer is, and how often answers as sure as it were right."""
    if isinstance(answer.estimate, OptionEstimate):
        return _of_options(answer, reliability[reliability["task"] == answer.task])
    return _of_number(answer.estimate, answer.why_no_set)


def _of_options(answer: Answer, bins: pd.DataFrame) -> list[str]:
    option, share = answer.estimate.ranked[0]
    start = f"The model answers {option} to {answer.task}, with a share of {100 * share:.0f} %."
    if not answer.calibrated or bins.empty:
        return [start, NEVER_CHECKED]
    nearest = bins.loc[(bins["confidence"] - share).abs().idxmin()]
    return [start, WHAT_A_SHARE_IS, _how_often_right(nearest)]


def _how_often_right(row: Mapping) -> str:
    interval = f"95 % interval {100 * row['low']:.0f} to {100 * row['high']:.0f} %"
    return (
        f"Of {row['n_answers']} answers of models trained like this one about test people, with a share "
        f"near {100 * row['confidence']:.0f} %, {100 * row['accuracy']:.0f} % were right ({interval})."
    )


def _of_number(number: Number, why_no_set: str) -> list[str]:
    low, high = (f"{value:.{number.decimals}f}" for value in (number.low, number.high))
    sentences = [f"The model's own 90 % range: {low} to {high} {number.unit}."]
    for level, ends in number.intervals.items():
        if ends is None:
            sentences.append(
                f"No range that holds the truth {100 * level:.0f} times in 100: {why_no_set}."
            )
            continue
        start, stop = (f"{value:.{number.decimals}f}" for value in ends)
        sentences.append(
            f"Holds the truth {100 * level:.0f} times in 100: {start} to {stop} {number.unit}."
        )
    return sentences


def model_certainty_sentences(
    description: ModelDescription, reliability: pd.DataFrame
) -> list[str]:
    """How often the model is right on test people, task by task."""
    sentences = []
    for task in description.askable:
        bins = reliability[reliability["task"] == task]
        if len(bins):
            n_answers = bins["n_answers"].sum()
            share = (bins["accuracy"] * bins["n_answers"]).sum() / n_answers
            sentences.append(
                f"{task}: {100 * share:.0f} % of {n_answers} answers about test people right."
            )
    return [*sentences, WHAT_A_SHARE_IS] if sentences else [NEVER_CHECKED]
