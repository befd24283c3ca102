"""The frames that the tokenizer trains on: a memory-mapped array a split, windows drawn by index."""

import hashlib
import os
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import numpy as np
import torch
from torch import Tensor

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import Trial, read_trials
from biomechgpt.body.mirror import SIGNS, SOURCES


class FrameStore(NamedTuple):
    """All frames of some trials behind one another, and where each trial starts and ends."""

    angles_rad: np.ndarray  # (N, J) float32, memory-mapped
    starts: np.ndarray  # (trials,) int64
    lengths: np.ndarray  # (trials,) int64
    infos: list[dict]  # of each trial, as in `body.frames.Trial`
    sha256: str  # of the frames

    def trials(self) -> Iterable[Trial]:
        """The trials, in the order of the frames."""
        for info, start, length in zip(self.infos, self.starts, self.lengths, strict=True):
            yield Trial(info, self.angles_rad[start : start + length], None)


def select_trials(paths: Sequence[os.PathLike], trial_ids: Container[str]) -> Iterable[Trial]:
    """The trials with these ids, in the order of the shards, one at a time."""
    for path in paths:
        for trial in read_trials(path):
            if trial.info["trial_id"] in trial_ids:
                yield trial


def store_frames(
    paths: Sequence[os.PathLike], split_of: Mapping[str, str], folder: Path
) -> dict[str, FrameStore]:
    """The frames of each split, read once and mapped into memory; `split_of` holds the trials' ids.

    They lie in files in `folder` that have no names and vanish with the process, however it ends.
    """
    files: dict[str, IO[bytes]] = {}
    infos: dict[str, list[dict]] = {}
    with ExitStack() as open_files:  # what is mapped stays when they are closed
        for trial in select_trials(paths, split_of):
            split = split_of[trial.info["trial_id"]]
            if split not in files:
                files[split] = open_files.enter_context(TemporaryFile(dir=folder))
                infos[split] = []
            files[split].write(np.ascontiguousarray(trial.frames, np.float32).tobytes())
            infos[split].append(trial.info)
        return {split: _mapped(file, infos[split]) for split, file in files.items()}


def _mapped(file: IO[bytes], infos: list[dict]) -> FrameStore:
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    lengths = np.array([info["n_frames"] for info in infos])
    frames = np.memmap(file, np.float32, mode="r", shape=(lengths.sum(), len(JOINT_NAMES)))
    return FrameStore(frames, np.cumsum([0, *lengths[:-1]]), lengths, infos, sha256)


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
