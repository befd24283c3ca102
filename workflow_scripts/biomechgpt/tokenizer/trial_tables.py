"""Rows of the tables of what a tokenizer keeps: one a trial, and one a joint."""

import numpy as np

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.decoded import DecodedTrial
from biomechgpt.tokenizer.movement_errors import gait_errors, joint_errors
from biomechgpt.tokenizer.storage import StoredTokenizer


def trial_row(decoded: DecodedTrial, split: str) -> dict:
    """What the tokens of one trial keep of it (docs/contracts.md)."""
    recorded_rad, decoded_rad = decoded.recorded_rad, decoded.decoded_rad
    values = {
        **joint_errors(recorded_rad, decoded_rad, decoded.tokenizer.statistics.live),
        **gait_errors(recorded_rad, decoded_rad, decoded.tokenizer.frame_rate_hz),
        "tokens_changed": tokens_changed(decoded),
    }
    names = {key: decoded.trial.info[key] for key in ("trial_id", "participant_id")}
    rounded = {key: round(value, 4) for key, value in values.items()}
    return {**names, "split": split, "n_frames": len(recorded_rad), **rounded}


def tokens_changed(decoded: DecodedTrial) -> float:
    """Share of a trial's tokens that change when it starts one frame later; NaN if too short."""
    later = decoded.trial.frames[1:]
    if len(later) < decoded.tokenizer.cfg.downsampling:
        return np.nan
    tokens = encode_trial(decoded.tokenizer, later)
    return float((tokens != decoded.tokens[: len(tokens)]).mean())


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
