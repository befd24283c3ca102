"""Train the motion tokenizer on the training participants of one fold."""

import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

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
from biomechgpt.tokenizer.losses import Losses, live_error_deg, losses_of
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.schedule import Progress, last_step, rate_share
from biomechgpt.tokenizer.statistics import Statistics, fit_statistics, normalise
from biomechgpt.tokenizer.trained import Trained
from biomechgpt.tokenizer.windows import (
    FrameStore,
    draw_windows,
    store_frames,
    stored_trials,
)

log = logging.getLogger(__name__)
progress_log = logging.getLogger(PROGRESS)
CHECKPOINT_EVERY = 250  # steps
STATE = "state.pt"  # the file in a checkpoint
BETAS = (0.9, 0.99)  # of AdamW, as T2M-GPT
LATENTS_PER_CODE = 16  # that k-means starts a codebook from


class Data(NamedTuple):
    """What is trained and validated on."""

    train: FrameStore
    validation: list[np.ndarray]  # trials (T, J) in rad
    statistics: Statistics


def train_tokenizer(
    joint_angles_paths: Sequence[os.PathLike],
    trial_ids: set[str],
    cfg: dict,
    checkpoint_folder: os.PathLike,
    code: str = "",
    validation_ids: Collection[str] = (),
) -> Trained:
    """Train on the trials named; `cfg` is one entry of the config's `tokenizers`.

    The trials of `validation_ids` are looked at to tell when to stop, and never trained on. Goes on
    from the checkpoint in `checkpoint_folder` when there is one of the same config, code and data;
    on a CPU the result is then bit-equal to that of an uninterrupted run.

    Raises `InputError` when no trial is left to train on or, with `patience_steps`, to validate on,
    and `FloatingPointError` when the loss is not finite.
    """
    hashes = [file_sha256(path) for path in joint_angles_paths]
    mark = fingerprint(cfg, code, sorted(trial_ids), sorted(validation_ids), hashes)
    folder = open_checkpoints(checkpoint_folder, mark)
    store = store_frames(joint_angles_paths, trial_ids, folder)
    held_out = []
    if validation_ids or cfg["patience_steps"]:
        kept = store_frames(joint_angles_paths, set(validation_ids), folder, "validation")
        held_out = list(stored_trials(kept))
    data = Data(store, held_out, fit_statistics(store.angles_rad, cfg["mirror"]))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(cfg["seed"])
    model = MotionTokenizer(cfg, store.angles_rad.shape[1]).to(device)
    log.info("%d frames of %d trials on %s", len(store.angles_rad), len(store.lengths), device)
    training = Training(model, data, cfg, folder)
    training.run()
    return Trained(training.result().eval().cpu(), data.statistics, training.history)


class _Clock:
    """Seconds and processor seconds of training, those before an interruption among them."""

    def __init__(self, history: Sequence[dict]):
        before = history[-1] if history else {"seconds": 0.0, "cpu_seconds": 0.0}
        self.wall_s = before["seconds"] - time.monotonic()
        self.cpu_s = before["cpu_seconds"] - time.process_time()

    def read(self) -> dict[str, float]:
        wall_s, cpu_s = self.wall_s + time.monotonic(), self.cpu_s + time.process_time()
        return {"seconds": round(wall_s, 2), "cpu_seconds": round(cpu_s, 2)}


def _averaging(decay: float) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """A moving average that at first looks back over a few steps only, and forgets the beginning."""

    def average(averaged: Tensor, current: Tensor, n_averaged: Tensor) -> Tensor:
        n = float(n_averaged)
        return averaged.lerp(current, 1 - min(decay, (1 + n) / (10 + n)))

    return average


class Training:
    """A training that can be stopped after any step and gone on with."""

    def __init__(self, model: MotionTokenizer, data: Data, cfg: dict, checkpoints: Path):
        self.model, self.data, self.cfg, self.checkpoints = model, data, cfg, checkpoints
        self.optimizer = torch.optim.AdamW(
            model.parameters(), cfg["learning_rate"], BETAS, weight_decay=0.0
        )
        self.generator = torch.Generator().manual_seed(cfg["seed"])
        self.progress, self.history = Progress(), []
        self.parts = {"model": model, "optimizer": self.optimizer}
        if cfg["averaging"]:
            self.parts["averaged"] = AveragedModel(model, avg_fn=_averaging(cfg["averaging"]))

    def result(self) -> MotionTokenizer:
        """The network with its averaged weights, where they are averaged."""
        return self.parts["averaged"].module if "averaged" in self.parts else self.model

    def run(self) -> None:
        """Train to the end, or until SIGTERM, which raises `SystemExit`."""
        self._resume()
        clock = _Clock(self.history)
        with noting_sigterm() as noted:
            while self.progress.step < last_step(self.progress, self.cfg):
                losses = self._step()
                done, last = self.progress.step, last_step(self.progress, self.cfg)
                if done % CHECKPOINT_EVERY == 0 or done == last:
                    self._look(losses, clock.read())
                    self._save()
                if noted.asked and done < last_step(self.progress, self.cfg):
                    self._save()
                    raise stopped(done, self.cfg["steps"])

    def _step(self) -> Losses:
        step, cfg = self.progress.step, self.cfg
        if step == cfg["unquantised_steps"] > 0:
            self._start_codebooks()
        for group in self.optimizer.param_groups:
            group["lr"] = cfg["learning_rate"] * rate_share(self.progress, cfg)
        windows, real = self._windows(cfg["batch_size"])
        losses = losses_of(self.model.train(), windows, real, self.data.statistics, cfg)
        total = (
            losses.reconstruction
            + cfg["velocity_weight"] * losses.velocity
            + cfg["commitment_weight"] * losses.commitment
            + cfg["position_weight"] * losses.position
        )
        if not torch.isfinite(total):
            raise FloatingPointError(
                f"the tokenizer's loss is not finite: {losses}; lower learning_rate"
            )
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()
        self.optimizer.step()
        if "averaged" in self.parts:
            self.parts["averaged"].update_parameters(self.model)
        self.progress.step += 1
        return losses

    def _windows(self, n_windows: int) -> tuple[np.ndarray, torch.Tensor]:
        cfg = self.cfg
        return draw_windows(
            self.data.train,
            n_windows,
            cfg["window_frames"],
            self.generator,
            cfg["mirror"],
            cfg["posture_mixing"],
        )

    @torch.no_grad()
    def _start_codebooks(self) -> None:
        """From now on with codes, which start where the latents lie."""
        per_window = self.cfg["window_frames"] // self.cfg["downsampling"]
        needed = LATENTS_PER_CODE * self.cfg["codebook_size"]
        windows, _ = self._windows(-(-needed // per_window))
        device = next(self.model.parameters()).device
        latents = self.model.latents(
            torch.from_numpy(normalise(windows, self.data.statistics)).to(device)
        )
        for branch, flat in zip(self.model.branches, latents, strict=True):
            branch.quantizer.start_from(flat)
        self.model.quantised.fill_(True)

    def _look(self, losses: Losses, times_s: dict[str, float]) -> None:
        """Note the losses and, where there are validation trials, their error."""
        step, cfg = self.progress.step, self.cfg
        entry = {"step": step, **times_s}
        entry |= {name: round(value.item(), 4) for name, value in losses._asdict().items()}
        # Before codes come the error is lower than it will be; a training all without them is judged.
        still_without = step <= cfg["unquantised_steps"] < cfg["steps"]
        if self.data.validation and not still_without:
            error = live_error_deg(self.result(), self.data.validation, self.data.statistics)
            entry["validation_deg"] = round(error, 4)
            self.progress.note(step, error, cfg["patience_steps"])
        self.history.append(entry)
        last = last_step(self.progress, cfg)
        left_s = times_s["seconds"] / step * (last - step)
        progress_log.info(
            f"step {step} of {last}, {json.dumps(entry)}, {left_s:.0f} s left",
            extra={"share": step / last},
        )

    def _save(self) -> None:
        """Write a checkpoint; the one before stays, should this one be damaged."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        state |= {"progress": asdict(self.progress), "history": self.history}
        state |= {"windows": self.generator.get_state(), "torch": torch.get_rng_state()}
        with replacing(checkpoint_path(self.checkpoints, self.progress.step)) as temporary:
            temporary.mkdir()
            torch.save(state, temporary / STATE)
            seals.seal(temporary)
        for old in by_step(self.checkpoints)[:-2]:
            shutil.rmtree(old)

    def _resume(self) -> None:
        checkpoint = last_whole_checkpoint(self.checkpoints)
        if checkpoint is None:
            return
        state = torch.load(checkpoint / STATE, weights_only=True)
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        self.progress, self.history = Progress(**state["progress"]), state["history"]
        self.generator.set_state(state["windows"])
        torch.set_rng_state(state["torch"])
        log.info("going on from step %d", self.progress.step)
