"""Answer the cohort's questions with a baseline, in the schema of the language model's predictions."""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.baselines.features import Features
from biomechgpt.baselines.kinds import KINDS, Kind
from biomechgpt.baselines.shuffling import shuffle_over_participants
from biomechgpt.baselines.task_examples import TaskExamples, examples
from biomechgpt.questions.predictions import write_predictions
from biomechgpt.settings.baselines_section import BaselineSettings

log = logging.getLogger(__name__)
NO_WORDS = {"phrasing_id": "", "phrasing_held_out": False}
COPIED = ("trial_id", "participant_id", "task", "split", "kind", "truth", "truth_number")


def run_baseline(
    cfg: BaselineSettings,
    inputs: dict,
    labels: dict[str, str],
    key: dict,
    truths_path: os.PathLike,
    predictions_paths: dict[int, os.PathLike],
    seeds: Sequence[int],
) -> None:
    """Fit on the training rows of each task and answer the validation and test rows, for each seed.

    Seeds differ in the answers of baselines that draw at random; the others are fitted once. On
    shuffled labels each of `shuffles` fits is a run of its own, all divided among the files of all
    seeds. A task that a baseline cannot answer is left out.

    Args:
        cfg: The baseline's entry in the config.
        inputs: The files that its kind reads, by name (`kinds.inputs_of`).
        labels: The label column of each task.
        key: `fold` and `variant`, as they stand in the predictions.
        truths_path: `truths.parquet` of the fold.
        predictions_paths: The file to write of each seed that is to be answered.
        seeds: All seeds of the run, those answered elsewhere too.
    """
    kind, truths = KINDS[cfg.kind], pd.read_parquet(truths_path)
    features = kind.features(inputs, truths)
    with_features = truths[truths["trial_id"].isin(features.trial_ids)]
    searched = "parameters" in inputs
    parameters = json.loads(Path(inputs["parameters"]).read_text()) if searched else {}
    shuffled = cfg.labels == "shuffled"
    runs, answers = _runs(cfg, seeds), None
    for seed, path in predictions_paths.items():
        rows = []
        for number in runs[seed]:
            if answers is None or kind.draws_at_random or shuffled:
                tasks = _tasks(with_features, features, labels)
                tasks = _shuffled(tasks, number) if shuffled else tasks
                answers = _answers(kind, tasks, parameters, number)
            rows += _predictions(truths, answers, key | NO_WORDS | {"seed": number})
        write_predictions(path, rows)


def _runs(cfg: BaselineSettings, seeds: Sequence[int]) -> dict[int, Sequence[int]]:
    """By seed what stands as `seed` in its file: the seed itself, or the numbers of its shuffles.

    One shuffle may happen to go with the labels or against them; only the mean of many is chance.
    """
    if cfg.labels != "shuffled":
        return {seed: [seed] for seed in seeds}
    total = max(cfg.shuffles, len(seeds))
    return {seed: range(place, total, len(seeds)) for place, seed in enumerate(seeds)}


def _tasks(
    truths: pd.DataFrame, features: Features, labels: dict[str, str]
) -> Iterator[TaskExamples]:
    for name, held_out in truths.query("split != 'train'").groupby("task", sort=False):
        training = truths.query("split == 'train' and task == @name")
        if training.empty:
            log.warning("%s: no training participant has a label; left out", name)
            continue
        yield TaskExamples(
            name,
            labels[name],
            list(held_out["options"].iloc[0]),
            held_out["trial_id"].tolist(),
            examples(training, features),
            examples(held_out, features),
        )


def _shuffled(tasks: Iterable[TaskExamples], seed: int) -> Iterator[TaskExamples]:
    """The tasks with training labels that belong to other participants."""
    for task in tasks:
        truth = shuffle_over_participants(task.training.truth, task.training.participants, seed)
        yield task._replace(training=task.training._replace(truth=truth))


def _answers(
    kind: Kind, tasks: Iterable[TaskExamples], parameters: dict[str, dict], seed: int
) -> pd.DataFrame:
    """One row a task and trial: `task`, `trial_id`, `answer` (text or number), `shares` (or None)."""
    rows = []
    for task in tasks:
        prediction = kind.predict(task, parameters.get(task.name), seed)
        if prediction is not None:
            answers, shares = prediction
            shares = repeat(None) if shares is None else shares.tolist()
            rows += zip(repeat(task.name), task.trial_ids, answers, shares)
    return pd.DataFrame(rows, columns=["task", "trial_id", "answer", "shares"])


def _predictions(truths: pd.DataFrame, answers: pd.DataFrame, key: dict) -> list[dict]:
    held_out = truths.query("split != 'train'").merge(answers, on=["task", "trial_id"])
    return [
        {name: row[name] for name in COPIED} | key | _answer(row)
        for row in held_out.to_dict("records")
    ]


def _answer(row: dict) -> dict:
    numeric = row["kind"] == "regression"
    return {
        "answer": f"{row['answer']:.4g}" if numeric else str(row["answer"]),
        "parsed": None if numeric else str(row["answer"]),
        "number": float(row["answer"]) if numeric else np.nan,
        "number_mean": np.nan,
        "number_median": np.nan,
        "number_low": np.nan,
        "number_high": np.nan,
        "options": [] if numeric else list(row["options"]),
        "probabilities": [] if numeric else row["shares"],
    }
