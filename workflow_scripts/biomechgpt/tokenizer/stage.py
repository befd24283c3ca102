"""The training stage: choose the participants, train, write the tokenizer folder."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from biomechgpt.checkpoints import checkpoint_folder
from biomechgpt.files import replacing
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.splits.accepted import trials_by_split
from biomechgpt.tokenizer.reading_settings import save_reading_settings
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.strangeness import fit_familiar, save_familiar
from biomechgpt.tokenizer.training import train_tokenizer
from biomechgpt.tokenizer.windows import store_frames


def make_tokenizer(
    joint_angles_paths: Sequence[os.PathLike],
    trials_path: os.PathLike,
    folds_path: os.PathLike,
    fold: str,
    cfg: TokenizerSettings,
    ingest: IngestSettings,
    motion: MotionSettings,
    code: str,
    folder: os.PathLike,
) -> None:
    """Write the tokenizer folder of a fold (docs/contracts.md).

    Only participants of the fold's training split are trained on, those of its validation split
    tell when to stop and what is strange. `code` is the hash of the code that trains.
    """
    by_split = trials_by_split(trials_path, folds_path, fold)
    split_of = {
        trial: split for split in ("train", "validation") for trial in by_split.get(split, [])
    }
    stores = store_frames(joint_angles_paths, split_of, Path(folder).parent)
    checkpoints = checkpoint_folder(folder)
    trained = train_tokenizer(stores, cfg, checkpoints, code)
    with replacing(folder) as temporary:
        save_tokenizer(temporary, trained, cfg, motion.frame_rate_hz, motion.zero_joints)
        save_reading_settings(temporary, ingest, motion)
        if "validation" in stores:
            train, validation = (list(stores[s].trials()) for s in ("train", "validation"))
            save_familiar(temporary, fit_familiar(load_tokenizer(temporary), train, validation))
        (temporary / "history.json").write_text(json.dumps(trained.history, indent=1))
    shutil.rmtree(checkpoints)
