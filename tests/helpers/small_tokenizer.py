"""Joint angles of made-up trials, and a tokenizer small enough to train in a second."""

import numpy as np
import pandas as pd

from biomechgpt.body.frames import Trial
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.decoded import decode
from biomechgpt.tokenizer.training import train_tokenizer
from biomechgpt.tokenizer.windows import store_frames

TINY = TokenizerSettings.model_validate(
    {
        "network": "convolutions",
        "scalar_steps": None,
        "levels": 1,
        "read_levels": 1,
        "separate_parts": False,
        "patience_steps": 0,
        "unquantised_steps": 0,
        "mirror": False,
        "posture_mixing": 0.0,
        "averaging": 0.0,
        "bfloat16": False,
        "spread_weight": 0.0,
        "position_weight": 0.0,
        "codebook_size": 32,
        "code_dim": 16,
        "width": 16,
        "depth": 2,
        "dilation_growth": 3,
        "downsampling": 4,
        "window_frames": 32,
        "batch_size": 16,
        "steps": 60,
        "learning_rate": 2e-3,
        "warmup_steps": 5,
        "velocity_weight": 0.5,
        "commitment_weight": 0.02,
        "codebook_decay": 0.9,
        "reset_below": 0.1,
        "search_rounds": 0,
        "seed": 0,
    }
)
ZEROED, ABSENT = 6, 17  # mtp_angle_r in every trial, neck_extension in every second one


def angles(n_frames, seed):
    rng = np.random.default_rng(seed)
    phase = np.arange(n_frames)[:, None] / 30 * 2 * np.pi + rng.uniform(0, 6)
    values = 0.3 * np.sin(phase + np.arange(34)) + 0.1 * rng.normal(size=34)
    values[:, ZEROED] = 0.0
    if seed % 2:
        values[:, ABSENT] = np.nan
    return values.astype(np.float32)


def train_on(shards, train, cfg, folder, validation=()):
    """Train a tokenizer on the trials with these ids, with checkpoints in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    split_of = dict.fromkeys(train, "train") | dict.fromkeys(validation, "validation")
    return train_tokenizer(store_frames(shards, split_of, folder), cfg, folder)


def encoded_and_decoded(tokenizer, angles_rad):
    """A trial decoded from its own tokens."""
    return decode(tokenizer, Trial({}, angles_rad, None), encode_trial(tokenizer, angles_rad))


def write_tables(folder, people, split_of_person):
    """The tables of trials, `people` by trial id, and of folds; the one fold is `f`."""
    trials = pd.DataFrame({"trial_id": people.keys(), "participant_id": people.values()})
    trials.to_parquet(folder / "trials.parquet")
    columns = {"participant_id": split_of_person.keys(), "split": split_of_person.values()}
    pd.DataFrame({"fold": "f"} | columns).to_csv(folder / "folds.tsv", sep="\t", index=False)
    return folder / "trials.parquet", folder / "folds.tsv"
