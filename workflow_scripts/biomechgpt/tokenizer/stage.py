"""The tokenizer stage: choose the participants, train, measure, write one folder."""

import json
import logging
import os
import shutil
from collections.abc import Sequence

from biomechgpt.checkpoints import checkpoint_folder
from biomechgpt.files import replacing
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.tokenizer.measure import measure_tokenizer, write_curves
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.strangeness import fit_familiar, save_familiar
from biomechgpt.tokenizer.training import train_tokenizer

log = logging.getLogger(__name__)
N_CURVES = 3  # held-out trials whose curves the report shows


def make_tokenizer(
    joint_angles_paths: Sequence[os.PathLike],
    trials_path: os.PathLike,
    folds_path: os.PathLike,
    fold: str,
    cfg: dict,
    motion_cfg: dict,
    code: str,
    folder: os.PathLike,
) -> None:
    """Write the tokenizer folder of a fold: weights, statistics, description, metrics, curves.

    Only participants of the fold's training split are trained on, those of its validation split
    tell when to stop and what is strange; error and code use are measured on each split.
    `motion_cfg` is the config's `motion`, `code` the hash of the code that trains.
    """
    by_split = trials_by_split(trials_path, folds_path, fold)
    checkpoints = checkpoint_folder(folder)
    train, validation = (set(by_split.get(split, [])) for split in ("train", "validation"))
    trained = train_tokenizer(joint_angles_paths, train, cfg, checkpoints, code, validation)
    with replacing(folder) as temporary:
        rate_hz, zero_joints = motion_cfg["frame_rate_hz"], motion_cfg["zero_joints"]
        save_tokenizer(temporary, trained, cfg, rate_hz, zero_joints)
        stored = load_tokenizer(temporary)
        familiar = fit_familiar(stored, joint_angles_paths, train, validation)
        if familiar is not None:
            save_familiar(temporary, familiar)
        metrics = [
            measure_tokenizer(stored, joint_angles_paths, set(ids), split)
            for split, ids in by_split.items()
        ]
        (temporary / "metrics.json").write_text(json.dumps(metrics, indent=1))
        (temporary / "history.json").write_text(json.dumps(trained.history, indent=1))
        held_out = by_split.get("test", by_split["train"])
        step = max(1, len(held_out) // N_CURVES)
        chosen = held_out[::step][:N_CURVES]
        write_curves(stored, joint_angles_paths, chosen, temporary / "curves.parquet")
    shutil.rmtree(checkpoints)
    for line in metrics:
        log.info("%(split)s: %(rmse_deg_live)s degrees on live joints", line)
