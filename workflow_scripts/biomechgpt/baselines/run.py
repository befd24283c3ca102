"""Answer the cohort's questions with a baseline, in the schema of the language model's predictions."""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.baselines.histogram import (
    examples,
    predict,
    search_parameters,
    token_histograms,
)
from biomechgpt.files import replacing
from biomechgpt.questions.predictions import write_predictions
from biomechgpt.tokenizer.tokens import read_tokens

log = logging.getLogger(__name__)


def search_baseline(
    token_paths: Sequence[os.PathLike],
    questions_path: os.PathLike,
    cfg: dict,
    found_path: os.PathLike,
) -> None:
    """Search XGBoost's parameters once for each task, on training participants, and write them as JSON.

    `cfg` is the config's `baseline_search`: `searches`, `inner_folds`, `seed`.
    """
    histograms = token_histograms(read_tokens(token_paths))
    training = _known(pd.read_parquet(questions_path), histograms).query("split == 'train'")
    found = {}
    for task, rows in training.groupby("task", sort=False):
        log.info("searching for %s", task)
        known = examples(rows, histograms)
        found[task] = search_parameters(known, cfg["searches"], cfg["inner_folds"], cfg["seed"])
    with replacing(found_path) as temporary:
        temporary.write_text(json.dumps(found, indent=1))


def run_baseline(
    token_paths: Sequence[os.PathLike],
    questions_path: os.PathLike,
    parameters_path: os.PathLike,
    predictions_path: os.PathLike,
    key: dict,
    shuffled: bool,
) -> None:
    """Fit on the training rows of each task and answer the validation and test rows.

    `key` holds `fold`, `variant` and `seed`. With `shuffled` the training labels are permuted over
    trials first, which is what the paper calls chance.
    """
    histograms = token_histograms(read_tokens(token_paths))
    questions = _known(pd.read_parquet(questions_path), histograms)
    parameters = json.loads(Path(parameters_path).read_text())
    rows = []
    for task, asked in questions.query("split != 'train'").groupby("task", sort=False):
        known = questions.query("split == 'train' and task == @task")
        if known.empty:
            log.warning("%s: no training participant has a label; left out", task)
            continue
        training = examples(known, histograms)
        if shuffled:
            order = np.random.default_rng(key["seed"]).permutation(len(known))
            training = training._replace(truth=training.truth[order])
        options = list(asked["options"].iloc[0])
        answers, probabilities = predict(
            training, examples(asked, histograms), parameters[task], options, key["seed"]
        )
        rows += _predictions(asked, answers, probabilities, key)
    write_predictions(predictions_path, rows)


def _known(questions: pd.DataFrame, histograms: pd.DataFrame) -> pd.DataFrame:
    return questions[questions["trial_id"].isin(histograms.index)]


def _predictions(
    asked: pd.DataFrame, answers: np.ndarray, probabilities: np.ndarray | None, key: dict
) -> list[dict]:
    copied = ["trial_id", "participant_id", "task", "split", "kind", "phrasing_id"]
    copied += ["phrasing_held_out", "truth", "truth_number"]
    rows = asked[copied].to_dict("records")
    for index, (row, answer) in enumerate(zip(rows, answers, strict=True)):
        numeric = probabilities is None
        row |= key | {
            "answer": f"{answer:.4g}" if numeric else str(answer),
            "parsed": None if numeric else str(answer),
            "number": float(answer) if numeric else np.nan,
            "number_mean": np.nan,
            "number_low": np.nan,
            "number_high": np.nan,
            "options": [] if numeric else list(asked["options"].iloc[index]),
            "probabilities": [] if numeric else probabilities[index].tolist(),
        }
    return rows
