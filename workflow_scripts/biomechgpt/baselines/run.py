"""Answer the cohort's questions with a baseline, in the schema of the language model's predictions.

What needs torch is imported where it is used: its import takes longer than all that most kinds do.
"""

import json
import logging
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.baselines import boosting, linear, majority, measurement
from biomechgpt.baselines.examples import examples
from biomechgpt.baselines.features import Features, durations, feature_table, nothing
from biomechgpt.baselines.gait_features import read_gait_features
from biomechgpt.baselines.measurement import MEASURED
from biomechgpt.baselines.shuffling import shuffle_over_participants
from biomechgpt.questions.predictions import write_predictions

log = logging.getLogger(__name__)
DRAW_AT_RANDOM = ("histogram", "gait_features")  # kinds that answer otherwise with another seed
NO_WORDS = {"phrasing_id": "", "phrasing_held_out": False}


def run_baseline(
    cfg: dict,
    inputs: dict,
    labels: dict[str, str],
    key: dict,
    truths_path: os.PathLike,
    predictions_paths: dict[int, os.PathLike],
    seeds: Sequence[int],
) -> None:
    """Fit on the training rows of each task and answer the validation and test rows, for each seed.

    `cfg` is the baseline's entry in the config, `inputs` the files its kind reads by name, `labels`
    the label column of each task; `key` holds `fold` and `variant`. The paths of the predictions have
    some of `seeds`, those of the run, as keys. Seeds differ in the answers of baselines that draw at
    random; the others are fitted once. On shuffled labels each of `shuffles` fits is a run of its own,
    all divided among the files of all seeds. A task that a baseline cannot answer is left out.
    """
    truths = pd.read_parquet(truths_path)
    features = _features(cfg, inputs, truths)
    searched = "parameters" in inputs
    parameters = json.loads(Path(inputs["parameters"]).read_text()) if searched else {}
    draws = cfg["kind"] in DRAW_AT_RANDOM or cfg.get("labels") == "shuffled"
    known, answers = _known(truths, features), None
    runs = _runs(cfg, seeds)
    for seed, path in predictions_paths.items():
        rows = []
        for number in runs[seed]:
            if answers is None or draws:
                answers = _answers(cfg, known, features, labels, parameters, number)
            rows += _predictions(truths, answers, key | NO_WORDS | {"seed": number})
        write_predictions(path, rows)


def _runs(cfg: dict, seeds: Sequence[int]) -> dict[int, Sequence[int]]:
    """By seed what stands as `seed` in its file: the seed itself, or the numbers of its shuffles.

    One shuffle may happen to go with the labels or against them; only the mean of many is chance.
    """
    if cfg.get("labels") != "shuffled":
        return {seed: [seed] for seed in seeds}
    total = max(cfg["shuffles"], len(seeds))
    return {seed: range(place, total, len(seeds)) for place, seed in enumerate(seeds)}


def _features(cfg: dict, inputs: dict, truths: pd.DataFrame) -> Features:
    """What the baseline sees of each trial."""
    training = set(truths.loc[truths["split"] == "train", "trial_id"])
    match cfg["kind"]:
        case "majority":
            return nothing(truths["trial_id"].unique())
        case "duration":
            return durations(inputs["trials"], training)
        case "histogram" | "n_grams":
            return _token_features(cfg["kind"], inputs["tokens"], training)
        case "gait_features":
            return feature_table(read_gait_features(inputs["gait_features"]))
        case "measurement":
            return feature_table(read_gait_features(inputs["gait_features"])[list(MEASURED)])
        case "rocket":
            return _rocket_features(inputs, training)
    raise ValueError(f"no baseline is of kind {cfg['kind']}")


def _token_features(
    kind: str, token_paths: Sequence[os.PathLike], training: Collection[str]
) -> Features:
    from biomechgpt.baselines.token_features import token_histograms, token_n_grams
    from biomechgpt.tokenizer.tokens import read_tokens

    tokens = read_tokens(token_paths)
    return token_histograms(tokens) if kind == "histogram" else token_n_grams(tokens, training)


def _rocket_features(inputs: dict, training: Collection[str]) -> Features:
    from biomechgpt.baselines import rocket_features as rocket

    if "tokenizer" in inputs:
        angles_rad = rocket.decoded_angles(inputs["tokens"], inputs["tokenizer"])
    else:
        angles_rad = rocket.recorded_angles(inputs["joint_angles"])
    return rocket.rocket_features(angles_rad, training)


def _known(truths: pd.DataFrame, features: Features) -> pd.DataFrame:
    return truths[truths["trial_id"].isin(features.trial_ids)]


def _answers(
    cfg: dict,
    truths: pd.DataFrame,
    features: Features,
    labels: dict[str, str],
    parameters: dict,
    seed: int,
) -> pd.DataFrame:
    """One row a task and trial: `task`, `trial_id`, `found` (text or number), `shares` (or None)."""
    tables = []
    for task, asked in truths.query("split != 'train'").groupby("task", sort=False):
        if cfg["kind"] == "measurement" and labels[task] not in MEASURED:
            continue
        known = truths.query("split == 'train' and task == @task")
        if known.empty:
            log.warning("%s: no training participant has a label; left out", task)
            continue
        training, options = examples(known, features), list(asked["options"].iloc[0])
        if cfg.get("labels") == "shuffled":
            truth = shuffle_over_participants(training.truth, training.participants, seed)
            training = training._replace(truth=truth)
        pair = training, examples(asked, features)
        match cfg["kind"]:
            case "majority":
                found, shares = majority.predict(*pair, options)
            case "measurement":
                found, shares = measurement.predict(*pair, labels[task])
            case "histogram" | "gait_features":
                settings = parameters.get(task, boosting.USUAL)
                found, shares = boosting.predict(*pair, options, settings, seed)
            case "duration" | "n_grams" | "rocket":
                found, shares = linear.predict(*pair, options)
        table = asked[["task", "trial_id"]].assign(found=found)
        tables.append(table.assign(shares=None if shares is None else shares.tolist()))
    columns = ["task", "trial_id", "found", "shares"]
    return pd.concat(tables) if tables else pd.DataFrame(columns=columns)


def _predictions(truths: pd.DataFrame, answers: pd.DataFrame, key: dict) -> list[dict]:
    copied = ["trial_id", "participant_id", "task", "split", "kind", "truth", "truth_number"]
    asked = truths.query("split != 'train'").merge(answers, on=["task", "trial_id"])
    return [
        {name: row[name] for name in copied} | key | _answer(row)
        for row in asked.to_dict("records")
    ]


def _answer(row: dict) -> dict:
    numeric = row["kind"] == "regression"
    return {
        "answer": f"{row['found']:.4g}" if numeric else str(row["found"]),
        "parsed": None if numeric else str(row["found"]),
        "number": float(row["found"]) if numeric else np.nan,
        "number_mean": np.nan,
        "number_median": np.nan,
        "number_low": np.nan,
        "number_high": np.nan,
        "options": [] if numeric else list(row["options"]),
        "probabilities": [] if numeric else row["shares"],
    }
