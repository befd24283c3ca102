"""MultiRocket-Hydra features of all trials, from recorded joint angles or from their tokens."""

import os
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
import torch

from biomechgpt.baselines.features import Features, standardise
from biomechgpt.baselines.rocket import draw_kernels, transform
from biomechgpt.body.frames import read_trials
from biomechgpt.tokenizer.statistics import fit_statistics, normalise, restore
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokens import read_tokens

SEED = 0  # of the random kernels


def recorded_angles(paths: Sequence[os.PathLike]) -> dict[str, np.ndarray]:
    """The joint angles (T, 34) in rad of each trial."""
    return {t.info["trial_id"]: t.frames for path in paths for t in read_trials(path)}


def decoded_angles(
    token_paths: Sequence[os.PathLike], tokenizer_folder: os.PathLike
) -> dict[str, np.ndarray]:
    """The joint angles (T, 34) in rad that the tokens of each trial stand for."""
    tokenizer, tokens = load_tokenizer(tokenizer_folder), read_tokens(token_paths)
    decoded = (
        tokenizer.model.decode(torch.from_numpy(codes.astype(np.int64))) for codes in tokens.tokens
    )
    angles = (restore(frames.numpy(), tokenizer.statistics) for frames in decoded)
    return dict(zip(tokens.trial_ids, angles, strict=True))


def rocket_features(angles_rad: dict[str, np.ndarray], training: Collection[str]) -> Features:
    """Standardised features of every trial; kernels and statistics come from `training` alone.

    A joint that a trial lacks enters at the training mean, as it does in the motion tokenizer.
    """
    in_training = np.array([trial_id in training for trial_id in angles_rad])
    movements = list(angles_rad.values())
    training_rows = np.flatnonzero(in_training)
    statistics = fit_statistics(np.concatenate([movements[row] for row in training_rows]))
    series = [torch.from_numpy(normalise(m, statistics).T.copy()) for m in movements]
    kernels = draw_kernels([series[row] for row in training_rows], SEED)
    transformed = [transform(signal, kernels) for signal in series]
    multirocket, hydra = (torch.stack(part).numpy() for part in zip(*transformed, strict=True))
    # The square root evens out counts; wins can be negative where no kernel fits.
    values = np.hstack([multirocket, np.sqrt(hydra.clip(min=0))])
    return Features(pd.Index(angles_rad), standardise(values, in_training))
