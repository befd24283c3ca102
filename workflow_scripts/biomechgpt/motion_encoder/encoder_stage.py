"""The training stage: the fold's training movements, their copies, the encoder folder."""

import json
import os
import shutil
from collections.abc import Sequence

import numpy as np

from biomechgpt.checkpoints import checkpoint_folder
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.motion_encoder.encoder_folder import save_encoder
from biomechgpt.motion_encoder.encoder_training import train_encoder
from biomechgpt.motion_encoder.feature_files import write_copies
from biomechgpt.motion_encoder.views import views_of
from biomechgpt.settings.motion_encoders_section import MotionEncoderSettings
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.tokenizer.statistics import fit_statistics
from biomechgpt.tokenizer.windows import select_trials


def make_encoder(
    joint_angles_paths: Sequence[os.PathLike],
    trials_path: os.PathLike,
    folds_path: os.PathLike,
    fold: str,
    cfg: MotionEncoderSettings,
    frame_rate_hz: float,
    code: str,
    folder: os.PathLike,
    copies: os.PathLike,
) -> None:
    """Write the motion encoder of a fold, and what it says of the copies that it learnt from.

    `code` is the hash of the code that trains; angles have `frame_rate_hz`.

    Raises:
        InputError: No training participant has an accepted trial.
    """
    training = set(trials_by_split(trials_path, folds_path, fold).get("train", []))
    if not training:
        raise InputError("no training participant has an accepted trial: see ingest_report.tsv")
    movements = [trial.frames for trial in select_trials(joint_angles_paths, training)]
    statistics = fit_statistics(np.concatenate(movements), mirror=True)
    views = list(views_of(movements, cfg.views, frame_rate_hz, cfg.seed))
    checkpoints = checkpoint_folder(folder)
    model, scale, history = train_encoder(views, statistics, frame_rate_hz, cfg, checkpoints, code)
    with replacing(folder) as temporary:
        save_encoder(temporary, model, statistics, scale, cfg, frame_rate_hz)
        (temporary / "history.json").write_text(json.dumps(history, indent=1))
    write_copies(folder, views, copies)
    shutil.rmtree(checkpoints)
