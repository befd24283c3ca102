"""Late fusion: the mean of what several models answered, each calibrated by itself."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from biomechgpt.errors import InputError
from biomechgpt.evaluation.answer_arrays import read_answers, task_options
from biomechgpt.evaluation.fitted_calibration import fit_temperature
from biomechgpt.evaluation.intervals import FEWEST_PARTICIPANTS
from biomechgpt.evaluation.measured_predictions import headline
from biomechgpt.questions.calibration import at_temperature
from biomechgpt.questions.predictions import read_predictions, write_predictions

ASKED = ["fold", "trial_id", "task", "split"]  # of what there is one fused answer
COPIED = ["participant_id", "kind", "truth", "truth_number"]


def fuse(paths: Sequence[os.PathLike], fused_path: os.PathLike, name: str, seed: int) -> None:
    """Write, as predictions of the model `name`, the mean answers to what all models were asked.

    Probabilities are brought to the temperature that fits a model's validation answers, where enough
    participants gave some, and averaged over phrasings first.

    Raises:
        InputError: There is nothing that all models answered.
    """
    tables = [_answers(headline(read_predictions([path]))) for path in paths]
    shared = pd.concat(tables).groupby(ASKED).filter(lambda rows: len(rows) == len(tables))
    if shared.empty:
        raise InputError(f"baselines.{name}: nothing was answered by all of its models.")
    key = {"variant": name, "seed": seed, "phrasing_id": "", "phrasing_held_out": False}
    rows = [
        dict(zip(ASKED, values, strict=True)) | key | _fused(rows)
        for values, rows in shared.groupby(ASKED)
    ]
    write_predictions(fused_path, rows)


def _answers(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a trial and task of one model, with calibrated `probabilities` or its `number`."""
    parts = []
    for _, of_task in rows.groupby(["fold", "task"], sort=False):
        scaled = of_task.assign(probabilities=_calibrated(of_task), number=_numbers(of_task))
        first = scaled.groupby(ASKED).first()[[*COPIED, "options"]]
        grouped = scaled.groupby(ASKED)
        first["number"] = grouped["number"].mean()
        first["probabilities"] = grouped["probabilities"].agg(lambda p: np.mean(list(p), axis=0))
        parts.append(first.reset_index())
    return pd.concat(parts)


def _calibrated(rows: pd.DataFrame) -> list[np.ndarray]:
    """The probabilities of the options of one task at the temperature of its validation rows."""
    options = task_options(rows)
    validation = rows[rows["split"] == "validation"]
    people = pd.Index(validation["participant_id"].unique())
    temperature = 1.0
    if options and len(people) >= 2 * FEWEST_PARTICIPANTS:
        temperature = fit_temperature(read_answers(validation, options, people))
    own = read_answers(rows, options, people)
    return list(at_temperature(own.probabilities, temperature) if options else own.probabilities)


def _numbers(rows: pd.DataFrame) -> pd.Series:
    """The mean of a predicted distribution, or the number answered."""
    return rows["number_mean"].fillna(rows["number"])


def _fused(rows: pd.DataFrame) -> dict:
    """The mean of what the models answered about one trial and task."""
    first, nan = rows.iloc[0], float("nan")
    fused = {name: first[name] for name in COPIED}
    unknown = dict.fromkeys(("number_mean", "number_median", "number_low", "number_high"), nan)
    if first["kind"] == "regression":
        fused["truth"] = None
        number = float(rows["number"].mean())
        return fused | unknown | {
            "answer": f"{number:.4g}", "parsed": None, "number": number, "options": [], "probabilities": []
        }  # fmt: skip
    options = list(first["options"])
    shares = np.mean(list(rows["probabilities"]), axis=0)
    best = options[int(shares.argmax())]
    return fused | unknown | {
        "answer": best, "parsed": best, "number": nan, "options": options,
        "probabilities": shares.tolist(),
    }  # fmt: skip
