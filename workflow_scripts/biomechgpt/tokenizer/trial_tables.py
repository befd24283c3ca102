"""Tables of what a tokenizer keeps: a row a trial, and a row a joint."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import Trial
from biomechgpt.files import replacing
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.measure import Reconstruction, reconstruct
from biomechgpt.tokenizer.movement_errors import gait_errors, joint_errors
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.windows import read_chosen

MEASURED = ("validation", "test")  # those that were trained on say nothing here


def measure_trials(
    tokenizer_folder: os.PathLike,
    joint_angles_paths: Sequence[os.PathLike],
    trials_path: os.PathLike,
    folds_path: os.PathLike,
    fold: str,
    folder: os.PathLike,
) -> None:
    """Write `trials` and `joints` of held-out participants to `folder` (docs/contracts.md)."""
    tokenizer = load_tokenizer(tokenizer_folder)
    by_split = trials_by_split(trials_path, folds_path, fold)
    rows, joints = [], []
    for split in MEASURED:
        errors_deg: list[np.ndarray] = []
        for trial in read_chosen(joint_angles_paths, set(by_split.get(split, []))):
            result = reconstruct(tokenizer, trial)
            original = trial.frames[: len(result.angles_rad)]
            rows.append({**_names(trial), "split": split, **_row(tokenizer, result, original)})
            errors_deg.append(np.rad2deg(result.angles_rad - original))
        if errors_deg:
            joints += _joint_rows(np.concatenate(errors_deg), split, tokenizer)
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        pd.DataFrame(rows).to_parquet(temporary / "trials.parquet", index=False)
        pd.DataFrame(joints).to_parquet(temporary / "joints.parquet", index=False)


def _names(trial: Trial) -> dict:
    return {key: trial.info[key] for key in ("trial_id", "participant_id")}


def _row(tokenizer: StoredTokenizer, result: Reconstruction, original_rad: np.ndarray) -> dict:
    made, rate_hz = result.angles_rad, tokenizer.frame_rate_hz
    values = {
        **joint_errors(original_rad, made, tokenizer.statistics.live),
        **gait_errors(original_rad, made, rate_hz),
        "tokens_changed": tokens_changed(tokenizer, result),
    }
    return {"n_frames": len(original_rad)} | {key: round(v, 4) for key, v in values.items()}


def tokens_changed(tokenizer: StoredTokenizer, result: Reconstruction) -> float:
    """Share of a trial's tokens that are others when it starts one frame later; NaN if too short."""
    later = result.trial.frames[1:]
    if len(later) < tokenizer.cfg["downsampling"]:
        return np.nan
    tokens = encode_trial(tokenizer, later)
    return float((tokens != result.tokens[: len(tokens)]).mean())


def _joint_rows(errors_deg: np.ndarray, split: str, tokenizer: StoredTokenizer) -> list[dict]:
    """A row each of the 34 joints; those set to zero have no error, those never seen are left out."""
    rows = []
    for name, error, live in zip(JOINT_NAMES, errors_deg.T, tokenizer.statistics.live, strict=True):
        seen = np.abs(error[~np.isnan(error)])
        if not len(seen):
            continue
        seen = np.zeros(1) if name in tokenizer.zero_joints else seen
        values = {"rmse_deg": np.sqrt(np.square(seen).mean()), "p95_deg": np.quantile(seen, 0.95)}
        rounded = {key: round(float(value), 3) for key, value in values.items()}
        rows.append({"split": split, "joint": name, "live": bool(live), **rounded})
    return rows
