"""Train the motion tokenizer on the training participants of one fold."""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from biomechgpt.checkpoints import fingerprint, open_checkpoints
from biomechgpt.errors import InputError
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.losses import live_error_deg, losses_of
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.schedule import Patience, last_step, rate_share
from biomechgpt.tokenizer.statistics import Statistics, fit_statistics, normalise
from biomechgpt.tokenizer.trained import Trained
from biomechgpt.tokenizer.windows import FrameStore, draw_windows
from biomechgpt.training_loop import Training

log = logging.getLogger(__name__)
CHECKPOINT_EVERY = 250  # steps
BETAS = (0.9, 0.99)  # of AdamW, as T2M-GPT
LATENTS_PER_CODE = 16  # that k-means starts a codebook from


class Data(NamedTuple):
    """What is trained and validated on."""

    train: FrameStore
    validation: list[np.ndarray]  # trials (T, J) in rad
    statistics: Statistics


def train_tokenizer(
    stores: Mapping[str, FrameStore],
    cfg: TokenizerSettings,
    checkpoint_folder: os.PathLike,
    code: str = "",
) -> Trained:
    """Train on the split `train`; `cfg` is one entry of the config's `tokenizers`.

    The split `validation` tells when to stop and is never trained on. Goes on from the checkpoint in
    `checkpoint_folder` when there is one of the same config, code and data; on a CPU the result is
    then bit-equal to that of an uninterrupted run.

    Raises:
        InputError: If no trial is left to train on or, with `patience_steps`, to validate on.
        FloatingPointError: If a loss or a gradient is not finite.
    """
    _check_splits(stores, cfg)
    store, validation = stores["train"], stores.get("validation")
    parts = [(part.infos, part.sha256) for part in (store, validation) if part]
    folder = open_checkpoints(checkpoint_folder, fingerprint(cfg.to_dict(), code, parts))
    held_out = [trial.frames for trial in validation.trials()] if validation else []
    data = Data(store, held_out, fit_statistics(store.angles_rad, cfg.mirror))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(cfg.seed)
    model = MotionTokenizer(cfg, store.angles_rad.shape[1]).to(device)
    log.info("%d frames of %d trials on %s", len(store.angles_rad), len(store.lengths), device)
    training = TokenizerTraining(model, data, cfg, folder)
    training.resume()
    training.run()
    return Trained(training.result().eval().cpu(), data.statistics, training.history)


def _check_splits(stores: Mapping[str, FrameStore], cfg: TokenizerSettings) -> None:
    needed = ["train", "validation"] if cfg.patience_steps else ["train"]
    for split in needed:
        if split not in stores:
            people = {"train": "training", "validation": "validation"}[split]
            raise InputError(
                f"no {people} participant has an accepted trial: see ingest_report.tsv"
            )


def _averaging(decay: float) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """A moving average that at first looks back over a few steps only, and forgets the beginning."""

    def average(averaged: Tensor, current: Tensor, n_averaged: Tensor) -> Tensor:
        n = float(n_averaged)
        return averaged.lerp(current, 1 - min(decay, (1 + n) / (10 + n)))

    return average


class TokenizerTraining(Training):
    """The training of a motion tokenizer; `data` is what it learns from and is validated on."""

    def __init__(
        self, model: MotionTokenizer, data: Data, cfg: TokenizerSettings, checkpoints: Path
    ):
        optimizer = torch.optim.AdamW(model.parameters(), betas=BETAS, weight_decay=0.0)
        super().__init__(optimizer, checkpoints, CHECKPOINT_EVERY)
        self.model, self.data, self.cfg = model, data, cfg
        self.windows_random = torch.Generator().manual_seed(cfg.seed)
        self.patience, self.history = Patience(), []
        self.networks = {"model": model}
        if cfg.averaging:
            self.networks["averaged"] = AveragedModel(model, avg_fn=_averaging(cfg.averaging))

    def result(self) -> MotionTokenizer:
        """The network with its averaged weights, where they are averaged."""
        return self.networks["averaged"].module if "averaged" in self.networks else self.model

    def last_step(self) -> int:
        return last_step(self.patience, self.cfg)

    def learning_rate(self) -> float:
        return self.cfg.learning_rate * rate_share(self.step, self.patience, self.cfg)

    def backward(self) -> Tensor:
        cfg = self.cfg
        if self.step == cfg.unquantised_steps > 0:
            self._start_codebooks()
        windows, real = self._draw_windows(cfg.batch_size)
        self.losses = losses_of(self.model.train(), windows, real, self.data.statistics, cfg)
        total = (
            self.losses.reconstruction
            + cfg.velocity_weight * self.losses.velocity
            + cfg.commitment_weight * self.losses.commitment
            + cfg.position_weight * self.losses.position
        )
        total.backward()
        return total.detach()

    def describe_step(self) -> str:
        return f"where it is made of {self._rounded_losses()}; lower the tokenizer's learning_rate"

    def after_step(self) -> None:
        if "averaged" in self.networks:
            self.networks["averaged"].update_parameters(self.model)
        if self.step % CHECKPOINT_EVERY == 0 or self.step == self.last_step():
            self._validate()

    def state_dict(self) -> dict:
        return {
            "networks": {name: part.state_dict() for name, part in self.networks.items()},
            "windows_random": self.windows_random.get_state(),
            "patience": asdict(self.patience),
            "history": self.history,
        }

    def load_state_dict(self, state: dict) -> None:
        for name, part in self.networks.items():
            part.load_state_dict(state["networks"][name])
        self.windows_random.set_state(state["windows_random"])
        self.patience, self.history = Patience(**state["patience"]), state["history"]

    def _draw_windows(self, n_windows: int) -> tuple[np.ndarray, Tensor]:
        cfg = self.cfg
        return draw_windows(
            self.data.train,
            n_windows,
            cfg.window_frames,
            self.windows_random,
            cfg.mirror,
            cfg.posture_mixing,
        )

    @torch.no_grad()
    def _start_codebooks(self) -> None:
        """From now on with codes, which start where the latents lie."""
        per_window = self.cfg.window_frames // self.cfg.downsampling
        needed = LATENTS_PER_CODE * self.cfg.codebook_size
        windows, _ = self._draw_windows(-(-needed // per_window))
        device = next(self.model.parameters()).device
        latents = self.model.latents(
            torch.from_numpy(normalise(windows, self.data.statistics)).to(device)
        )
        for branch, flat in zip(self.model.branches, latents, strict=True):
            branch.quantizer.start_from(flat)
        self.model.quantised.fill_(True)

    def _validate(self) -> None:
        """Note the losses and, where there are validation trials, their error."""
        cfg = self.cfg
        entry = {"step": self.step, **self.clock.read(), **self._rounded_losses()}
        # Without codes the error is lower than it will be; a training that never has any is judged.
        codes_to_come = self.step <= cfg.unquantised_steps < cfg.steps
        if self.data.validation and not codes_to_come:
            error = live_error_deg(self.result(), self.data.validation, self.data.statistics)
            entry["validation_deg"] = round(error, 4)
            self.patience.note(self.step, error, cfg.patience_steps)
        self.history.append(entry)
        self.log_progress(json.dumps(entry))

    def _rounded_losses(self) -> dict[str, float]:
        return {name: round(loss.item(), 4) for name, loss in self.losses._asdict().items()}
