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


def joint_rows(
    tokenizer: StoredTokenizer, errors_deg: np.ndarray, rmse_deg: np.ndarray, split: str
) -> list[dict]:
    """A row each of the 34 joints; those set to zero have no error, those never seen are left out."""
    rows = []
    for joint, name in enumerate(JOINT_NAMES):
        observed = np.abs(errors_deg[~np.isnan(errors_deg[:, joint]), joint])
        if not len(observed):
            continue
        p95 = 0.0 if name in tokenizer.zero_joints else np.quantile(observed, 0.95)
        rounded = {"rmse_deg": round(float(rmse_deg[joint]), 3), "p95_deg": round(float(p95), 3)}
        live = bool(tokenizer.statistics.live[joint])
        rows.append({"split": split, "joint": name, "live": live, **rounded})
    return rows
