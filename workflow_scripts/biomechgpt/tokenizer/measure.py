"""How much of the movement a tokenizer keeps: error in degrees per joint, and use of the codes."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.joint_errors import SquaredErrors
from biomechgpt.files import replacing
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.tokenizer.code_use import code_use
from biomechgpt.tokenizer.decoded import DecodedTrial, decode_stored
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.trial_tables import joint_rows, trial_row

log = logging.getLogger(__name__)
HELD_OUT = ("validation", "test")  # trials that were trained on say nothing in tables of trials
N_CURVES = 3  # held-out trials whose curves the report shows


def measure_tokenizer(
    tokenizer_folder: os.PathLike,
    tokens_path: os.PathLike,
    joint_angles_paths: Sequence[os.PathLike],
    trials_path: os.PathLike,
    folds_path: os.PathLike,
    fold: str,
    folder: os.PathLike,
) -> None:
    """Write `metrics.json`, `trials.parquet`, `joints.parquet`, `curves.parquet` (docs/contracts.md)."""
    tokenizer = load_tokenizer(tokenizer_folder)
    by_split = trials_by_split(trials_path, folds_path, fold)
    split_of = {trial: split for split, ids in by_split.items() for trial in ids}
    splits = {split: SplitMeasures(tokenizer, split) for split in by_split}
    drawn, curves = trials_to_draw(by_split), []
    for decoded in decode_stored(tokenizer, tokens_path, joint_angles_paths, split_of):
        trial_id = decoded.trial.info["trial_id"]
        splits[split_of[trial_id]].add(decoded)
        if trial_id in drawn:
            curves.append(curves_of(decoded))
    metrics = [split.metrics() for split in splits.values()]
    held_out = [splits[split] for split in HELD_OUT if split in splits]
    with replacing(folder) as temporary:
        temporary.mkdir(parents=True)
        (temporary / "metrics.json").write_text(json.dumps(metrics, indent=1))
        _write([row for split in held_out for row in split.rows], temporary / "trials.parquet")
        _write([row for s in held_out for row in s.joint_rows()], temporary / "joints.parquet")
        pd.concat(curves).to_parquet(temporary / "curves.parquet", index=False)
    for entry in metrics:
        log.info("%(split)s: %(rmse_deg_live)s degrees on live joints", entry)


def _write(rows: list[dict], path: Path) -> None:
    pd.DataFrame(rows).to_parquet(path, index=False)


class SplitMeasures:
    """Adds up over the trials of a split what their tokens keep."""

    def __init__(self, tokenizer: StoredTokenizer, split: str):
        self.tokenizer, self.split = tokenizer, split
        self.errors_rad = SquaredErrors(len(JOINT_NAMES))
        self.uses = np.zeros(tokenizer.model.vocabulary_size)
        self.people: set[str] = set()
        self.n_trials = 0
        self.rows: list[dict] = []
        self.held_out_errors_deg: list[np.ndarray] = []

    def add(self, decoded: DecodedTrial) -> None:
        """Take up one trial."""
        error = decoded.decoded_rad - decoded.recorded_rad
        if self.split in HELD_OUT:
            self.rows.append(trial_row(decoded, self.split))
            self.held_out_errors_deg.append(np.rad2deg(error))
        error[:, np.isin(JOINT_NAMES, self.tokenizer.zero_joints)] = 0.0
        self.errors_rad.add(error)
        self.uses += np.bincount(decoded.tokens, minlength=len(self.uses))
        self.people.add(decoded.trial.info["participant_id"])
        self.n_trials += 1

    def metrics(self) -> dict:
        """Reconstruction error and code use (docs/report.md says how to read it).

        The error of a joint is the RMSE over all frames of all trials that have the joint.
        `rmse_deg_all` is the mean over the 34 joints, those set to zero among them (error 0);
        `rmse_deg_live` is over the joints that move in training. The paper's 5.78 degrees does not
        say which it is.
        """
        observed = self.errors_rad.n_frames > 0
        rmse_deg = np.where(observed, self._rmse_deg(), 0.0)
        live = self.tokenizer.statistics.live & observed
        return {
            "split": self.split,
            "n_participants": len(self.people),
            "n_trials": self.n_trials,
            "rmse_deg_all": _mean(rmse_deg[observed]),
            "rmse_deg_live": _mean(rmse_deg[live]),
            "rmse_deg_per_joint": dict(zip(JOINT_NAMES, rmse_deg.round(3).tolist(), strict=True)),
            "live_joints": [name for name, moves in zip(JOINT_NAMES, live, strict=True) if moves],
            "steps": self.tokenizer.cfg.steps,
            **code_use(self.uses, self.tokenizer),
        }

    def joint_rows(self) -> list[dict]:
        """A row a joint, of a held-out split."""
        if not self.held_out_errors_deg:
            return []
        errors_deg = np.concatenate(self.held_out_errors_deg)
        return joint_rows(self.tokenizer, errors_deg, self._rmse_deg(), self.split)

    def _rmse_deg(self) -> np.ndarray:
        return np.rad2deg(self.errors_rad.rmse())


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 3) if len(values) else None


def trials_to_draw(by_split: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """A few trials of test participants, or of training ones where nobody is tested."""
    trials = by_split.get("test", by_split["train"])
    return trials[:: max(1, len(trials) // N_CURVES)][:N_CURVES]


def curves_of(decoded: DecodedTrial) -> pd.DataFrame:
    """Original and reconstructed live angles of a trial, one row a (joint, frame)."""
    tokenizer, n_frames = decoded.tokenizer, len(decoded.decoded_rad)
    live = np.flatnonzero(tokenizer.statistics.live)
    return pd.DataFrame(
        {
            "trial_id": decoded.trial.info["trial_id"],
            "joint": np.repeat(np.array(JOINT_NAMES)[live], n_frames),
            "time_s": np.tile(np.arange(n_frames) / tokenizer.frame_rate_hz, len(live)),
            "original_deg": np.rad2deg(decoded.recorded_rad[:, live]).T.ravel(),
            "reconstructed_deg": np.rad2deg(decoded.decoded_rad[:, live]).T.ravel(),
        }
    )
