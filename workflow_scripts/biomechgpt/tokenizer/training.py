"""Train the motion tokenizer on the training participants of one fold."""

import json
import logging
import math
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from biomechgpt import seals
from biomechgpt.checkpoints import (
    by_step,
    checkpoint_path,
    fingerprint,
    last_whole_checkpoint,
    noting_sigterm,
    open_checkpoints,
    stopped,
)
from biomechgpt.files import file_sha256, replacing
from biomechgpt.job import PROGRESS
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics, fit_statistics, normalise
from biomechgpt.tokenizer.windows import FrameStore, draw_windows, store_frames

log = logging.getLogger(__name__)
progress = logging.getLogger(PROGRESS)
CHECKPOINT_EVERY = 250  # steps
STATE = "state.pt"  # the file in a checkpoint
BETAS = (0.9, 0.99)  # of AdamW, as T2M-GPT
FINAL_RATE_SHARE = 0.05  # of the learning rate, at the end of its cosine


class Trained(NamedTuple):
    """A trained tokenizer and the statistics that its inputs are normalised with."""

    model: MotionTokenizer
    statistics: Statistics


class Losses(NamedTuple):
    """The parts of the training loss, each a scalar in units of the normalised angles."""

    reconstruction: Tensor
    velocity: Tensor
    commitment: Tensor


def train_tokenizer(
    joint_angles_paths: Sequence[os.PathLike],
    trial_ids: set[str],
    cfg: dict,
    checkpoint_folder: os.PathLike,
    code: str = "",
) -> Trained:
    """Train on the trials named; `cfg` is one entry of the config's `tokenizers`.

    Goes on from the checkpoint in `checkpoint_folder` when there is one of the same config, code
    and data; on a CPU the result is then bit-equal to that of an uninterrupted run.

    Raises `InputError` when no trial is left to train on and `FloatingPointError` when the loss is
    not finite.
    """
    data = [file_sha256(path) for path in joint_angles_paths]
    mark = fingerprint(cfg, code, sorted(trial_ids), data)
    folder = open_checkpoints(checkpoint_folder, mark)
    store = store_frames(joint_angles_paths, trial_ids, folder)
    statistics = fit_statistics(store.angles_rad)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(cfg["seed"])
    model = MotionTokenizer(cfg, store.angles_rad.shape[1]).to(device)
    log.info("%d frames of %d trials on %s", len(store.angles_rad), len(store.lengths), device)
    _optimise(model, store, statistics, cfg, folder)
    return Trained(model.eval().cpu(), statistics)


def _optimise(
    model: MotionTokenizer, store: FrameStore, statistics: Statistics, cfg: dict, checkpoints: Path
) -> None:
    optimizer = torch.optim.AdamW(model.parameters(), cfg["learning_rate"], BETAS, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate_share(step, cfg))
    generator = torch.Generator().manual_seed(cfg["seed"])
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    first = _resume(checkpoints, parts, generator)
    began = time.monotonic()
    with noting_sigterm() as noted:
        for done in range(first + 1, cfg["steps"] + 1):
            losses = _step(model.train(), store, statistics, cfg, generator, optimizer)
            schedule.step()
            if done % CHECKPOINT_EVERY == 0 or done == cfg["steps"] or noted.asked:
                _save(checkpoints, parts, generator, done)
                left_s = (time.monotonic() - began) / (done - first) * (cfg["steps"] - done)
                named = {name: round(value.item(), 4) for name, value in losses._asdict().items()}
                progress.info(
                    f"step {done} of {cfg['steps']}, {json.dumps(named)}, {left_s:.0f} s left",
                    extra={"share": done / cfg["steps"]},
                )
            if noted.asked and done < cfg["steps"]:
                raise stopped(done, cfg["steps"])


def _step(
    model: MotionTokenizer,
    store: FrameStore,
    statistics: Statistics,
    cfg: dict,
    generator: torch.Generator,
    optimizer: torch.optim.Optimizer,
) -> Losses:
    windows, real = draw_windows(store, cfg["batch_size"], cfg["window_frames"], generator)
    device = next(model.parameters()).device
    observed = torch.from_numpy(~np.isnan(windows) & statistics.live) & real[..., None]  # (B, T, J)
    target = torch.from_numpy(normalise(windows, statistics)).to(device)
    losses = _losses(model, target, observed.to(device))
    total = (
        losses.reconstruction
        + cfg["velocity_weight"] * losses.velocity
        + cfg["commitment_weight"] * losses.commitment
    )
    if not torch.isfinite(total):
        raise FloatingPointError(
            f"the tokenizer's loss is not finite: {losses}; lower learning_rate"
        )
    optimizer.zero_grad(set_to_none=True)
    total.backward()
    optimizer.step()
    return losses


def _losses(model: MotionTokenizer, target: Tensor, observed: Tensor) -> Losses:
    """Smooth L1 on angles and on their finite difference, over observed live joints only."""
    reconstruction, quantized = model(target)
    both = observed[:, 1:] & observed[:, :-1]
    return Losses(
        _masked_smooth_l1(reconstruction, target, observed),
        _masked_smooth_l1(reconstruction.diff(dim=1), target.diff(dim=1), both),
        quantized.commitment,
    )


def _masked_smooth_l1(value: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    loss = functional.smooth_l1_loss(value, target, reduction="none")
    return (loss * mask).sum() / mask.sum().clamp_min(1)


def _rate_share(step: int, cfg: dict) -> float:
    """Linear warm-up, then a cosine down to `FINAL_RATE_SHARE`."""
    warm = min(1.0, (step + 1) / max(1, cfg["warmup_steps"]))
    progress = min(1.0, step / cfg["steps"])
    return warm * (
        FINAL_RATE_SHARE + (1 - FINAL_RATE_SHARE) * 0.5 * (1 + math.cos(math.pi * progress))
    )


def _save(checkpoints: Path, parts: dict, generator: torch.Generator, step: int) -> None:
    """Write a checkpoint; the one before stays, should this one be damaged."""
    state = {name: part.state_dict() for name, part in parts.items()}
    state |= {"step": step, "windows": generator.get_state(), "torch": torch.get_rng_state()}
    with replacing(checkpoint_path(checkpoints, step)) as temporary:
        temporary.mkdir()
        torch.save(state, temporary / STATE)
        seals.seal(temporary)
    for old in by_step(checkpoints)[:-2]:
        shutil.rmtree(old)


def _resume(checkpoints: Path, parts: dict, generator: torch.Generator) -> int:
    checkpoint = last_whole_checkpoint(checkpoints)
    if checkpoint is None:
        return 0
    state = torch.load(checkpoint / STATE, weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(state[name])
    generator.set_state(state["windows"])
    torch.set_rng_state(state["torch"])
    log.info("going on from step %d", state["step"])
    return state["step"]
