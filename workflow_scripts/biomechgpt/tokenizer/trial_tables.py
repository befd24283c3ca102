"""Rows of the tables of what a tokenizer keeps: one a trial, and one a joint."""

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.decoded import Reconstruction
from biomechgpt.tokenizer.movement_errors import gait_errors, joint_errors
from biomechgpt.tokenizer.storage import StoredTokenizer


def trial_row(tokenizer: StoredTokenizer, result: Reconstruction, split: str) -> dict:
    """What the tokens of one trial keep of it (docs/contracts.md)."""
    original, made = result.original_rad, result.angles_rad
    values = {
        **joint_errors(original, made, tokenizer.statistics.live),
        **gait_errors(original, made, tokenizer.frame_rate_hz),
        "tokens_changed": tokens_changed(tokenizer, result),
    }
    names = {key: result.trial.info[key] for key in ("trial_id", "participant_id")}
    rounded = {key: round(value, 4) for key, value in values.items()}
    return {**names, "split": split, "n_frames": len(original), **rounded}


def tokens_changed(tokenizer: StoredTokenizer, result: Reconstruction) -> float:
    """Share of a trial's tokens that change when it starts one frame later; NaN if too short."""
    later = result.trial.frames[1:]
    if len(later) < tokenizer.cfg["downsampling"]:
        return np.nan
    tokens = encode_trial(tokenizer, later)
    return float((tokens != result.tokens[: len(tokens)]).mean())


def joint_rows(tokenizer: StoredTokenizer, errors_deg: np.ndarray, split: str) -> list[dict]:
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
