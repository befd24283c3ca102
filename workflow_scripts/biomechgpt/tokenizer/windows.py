"""The frames that the tokenizer trains on: one memory-mapped array, windows drawn by index."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import Trial, read_trials
from biomechgpt.body.mirror import SIGNS, SOURCES
from biomechgpt.errors import InputError

_WHOSE = {"train": "training", "validation": "validation"}


class FrameStore(NamedTuple):
    """All frames of some trials behind one another, and where each trial starts and ends."""

    angles_rad: np.ndarray  # (N, J) float32, memory-mapped
    starts: np.ndarray  # (trials,) int64
    lengths: np.ndarray  # (trials,) int64


def read_chosen(paths: Sequence[os.PathLike], trial_ids: set[str]) -> Iterable[Trial]:
    """The trials with these ids, in the order of the shards, one at a time."""
    for path in paths:
        for trial in read_trials(path):
            if trial.info["trial_id"] in trial_ids:
                yield trial


def store_frames(
    paths: Sequence[os.PathLike], trial_ids: set[str], folder: Path, split: str = "train"
) -> FrameStore:
    """Write the frames of the chosen trials to a file in `folder` and map it into memory."""
    lengths, file_path = [], folder / f"{split}.float32"
    with open(file_path, "wb") as file:
        for trial in read_chosen(paths, trial_ids):
            file.write(np.ascontiguousarray(trial.frames, np.float32).tobytes())
            lengths.append(len(trial.frames))
    if not lengths:
        raise InputError(
            f"no {_WHOSE[split]} participant has an accepted trial: see ingest_report.tsv"
        )
    shape = (sum(lengths), len(JOINT_NAMES))
    frames = np.memmap(file_path, np.float32, mode="r", shape=shape)
    return FrameStore(frames, np.cumsum([0, *lengths[:-1]]), np.array(lengths))


def stored_trials(store: FrameStore) -> Iterable[np.ndarray]:
    """The frames (T, J) in rad of each trial of the store."""
    for start, length in zip(store.starts, store.lengths, strict=True):
        yield store.angles_rad[start : start + length]


def draw_windows(
    store: FrameStore,
    n_windows: int,
    n_frames: int,
    generator: torch.Generator,
    mirror: bool = False,
    posture_mixing: float = 0.0,
) -> tuple[np.ndarray, Tensor]:
    """`n_windows` stretches of `n_frames` from random trials, long trials more often.

    They start at any frame, so every offset to the steps of a token comes up. With `mirror` half of
    them have left and right exchanged; with `posture_mixing` their mean posture moves towards that of
    another one by up to this share of the way, as if other people moved like that.

    Returns angles (B, T, J) in rad, NaN where a short trial ends, and which frames are real (B, T).
    """
    weights = torch.as_tensor(store.lengths, dtype=torch.float64)
    trials = torch.multinomial(weights, n_windows, replacement=True, generator=generator).numpy()
    room = np.maximum(store.lengths[trials] - n_frames, 0)
    offsets = (torch.rand(n_windows, generator=generator).numpy() * (room + 1)).astype(np.int64)
    windows = np.full((n_windows, n_frames, store.angles_rad.shape[1]), np.nan, np.float32)
    real = torch.zeros(n_windows, n_frames, dtype=torch.bool)
    for row, (trial, offset) in enumerate(zip(trials, offsets, strict=True)):
        length = min(n_frames, int(store.lengths[trial]))
        start = store.starts[trial] + offset
        windows[row, :length] = store.angles_rad[start : start + length]
        real[row, :length] = True
    if mirror:
        turned = torch.rand(n_windows, generator=generator).numpy() < 0.5
        windows[turned] = windows[turned][..., SOURCES] * SIGNS
    if posture_mixing:
        windows += _towards_another(windows, posture_mixing, generator)
    return windows, real


def _towards_another(windows: np.ndarray, most: float, generator: torch.Generator) -> np.ndarray:
    """What moves the mean posture of each window towards another's: (B, 1, J); 0 where one lacks a joint."""
    seen = ~np.isnan(windows)
    total = np.where(seen, windows, 0).sum(axis=1, keepdims=True)
    posture = total / np.where(
        seen.any(axis=1, keepdims=True), seen.sum(axis=1, keepdims=True), np.nan
    )
    another = torch.randperm(len(windows), generator=generator).numpy()
    share = torch.rand(len(windows), 1, 1, generator=generator).numpy() * np.float32(most)
    return np.nan_to_num(share * (posture[another] - posture)).astype(np.float32)
