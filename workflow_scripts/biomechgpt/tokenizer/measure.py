"""How much of the movement a tokenizer keeps: error in degrees per joint, and use of the codes."""

import os
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import Trial
from biomechgpt.tokenizer.code_use import code_use
from biomechgpt.tokenizer.coding import decode_trial, encode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer
from biomechgpt.tokenizer.windows import read_chosen


class Reconstruction(NamedTuple):
    """A trial, its tokens, and what the tokens keep of it."""

    trial: Trial
    tokens: np.ndarray  # (L,) int64
    angles_rad: np.ndarray  # (T // downsampling * downsampling, J), or as long as a shorter trial


def reconstruct(tokenizer: StoredTokenizer, trial: Trial) -> Reconstruction:
    """Encode and decode one whole trial."""
    tokens = encode_trial(tokenizer, trial.frames)
    angles = decode_trial(tokenizer, tokens)
    return Reconstruction(trial, tokens, angles[: len(trial.frames)])


def measure_tokenizer(
    tokenizer: StoredTokenizer, paths: Sequence[os.PathLike], trial_ids: set[str], split: str
) -> dict:
    """Reconstruction error and code use over the trials named (docs/report.md says how to read it).

    The error of a joint is the RMSE over all frames of all trials that have the joint. `rmse_deg_all`
    is the mean over the 34 joints, those set to zero among them (error 0); `rmse_deg_live` is over
    the joints that move in training. The paper's 5.78 degrees does not say which it is.
    """
    squared, frames = np.zeros(len(JOINT_NAMES)), np.zeros(len(JOINT_NAMES))
    uses = np.zeros(tokenizer.model.vocabulary_size)
    people, n_trials = set(), 0
    for trial in read_chosen(paths, trial_ids):
        result = reconstruct(tokenizer, trial)
        error = result.angles_rad - trial.frames[: len(result.angles_rad)]
        error[:, np.isin(JOINT_NAMES, tokenizer.zero_joints)] = 0.0
        squared += np.nansum(np.square(error, dtype=np.float64), axis=0)
        frames += (~np.isnan(error)).sum(axis=0)
        uses += np.bincount(result.tokens, minlength=len(uses))
        people.add(trial.info["participant_id"])
        n_trials += 1
    rmse_deg = np.rad2deg(np.sqrt(squared / np.maximum(frames, 1)))
    live = tokenizer.statistics.live & (frames > 0)
    return {
        "split": split,
        "n_participants": len(people),
        "n_trials": n_trials,
        "rmse_deg_all": _mean(rmse_deg[frames > 0]),
        "rmse_deg_live": _mean(rmse_deg[live]),
        "rmse_deg_per_joint": dict(zip(JOINT_NAMES, rmse_deg.round(3).tolist(), strict=True)),
        "live_joints": [name for name, moves in zip(JOINT_NAMES, live, strict=True) if moves],
        "steps": tokenizer.cfg["steps"],
        **code_use(uses, tokenizer),
    }


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 3) if len(values) else None


def write_curves(
    tokenizer: StoredTokenizer,
    paths: Sequence[os.PathLike],
    trial_ids: Sequence[str],
    curves_path: os.PathLike,
) -> None:
    """Original and reconstructed live angles of a few trials, one row a (trial, joint, frame)."""
    tables = []
    for trial in read_chosen(paths, set(trial_ids)):
        result = reconstruct(tokenizer, trial)
        n_frames = len(result.angles_rad)
        time_s = np.arange(n_frames) / tokenizer.frame_rate_hz
        for joint in np.flatnonzero(tokenizer.statistics.live):
            columns = {
                "trial_id": [trial.info["trial_id"]] * n_frames,
                "joint": [JOINT_NAMES[joint]] * n_frames,
                "time_s": time_s,
                "original_deg": np.rad2deg(trial.frames[:n_frames, joint]),
                "reconstructed_deg": np.rad2deg(result.angles_rad[:, joint]),
            }
            tables.append(pa.table(columns))
    pq.write_table(pa.concat_tables(tables), curves_path)
