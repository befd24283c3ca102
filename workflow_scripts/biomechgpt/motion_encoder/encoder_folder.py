"""A motion encoder on disk: everything that another machine needs to read a new recording."""

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError
from biomechgpt.files import file_sha256
from biomechgpt.motion_encoder.encoder_network import MotionEncoder, padded
from biomechgpt.motion_encoder.facts import FactScale, as_bumps, measured_facts
from biomechgpt.motion_encoder.signals import signal_of
from biomechgpt.motion_encoder.words import TOLD
from biomechgpt.settings.motion_encoders_section import MotionEncoderSettings
from biomechgpt.tokenizer.statistics import Statistics

WEIGHTS, NUMBERS, DESCRIPTION = "model.safetensors", "statistics.safetensors", "motion_encoder.json"


class StoredEncoder(NamedTuple):
    """A loaded motion encoder; `sha256` is that of its weights and statistics together."""

    model: MotionEncoder
    statistics: Statistics
    scale: FactScale
    cfg: MotionEncoderSettings
    frame_rate_hz: float
    sha256: str

    @property
    def told(self) -> list[int]:
        """Which of the facts stand beside what the network says, each as a soft token of its own."""
        return [self.scale.names.index(name) for name in TOLD if name in self.scale.names]

    @property
    def shape(self) -> tuple[int, int]:
        """How many soft tokens a movement has, and how many numbers each."""
        return self.cfg.soft_tokens + len(self.told), self.cfg.width

    @torch.inference_mode()
    def features(self, angles_rad: np.ndarray) -> np.ndarray:
        """What the network says (`shape`) float32 of angles (T, J) in rad: soft tokens, then facts.

        These facts are not measured: they are what the network reads from the movement.
        """
        signal = signal_of(angles_rad, self.statistics, self.frame_rate_hz)
        return self.with_facts(self.model(padded([signal], self.cfg.downsampling))[0])

    @torch.inference_mode()
    def with_facts(self, tokens: torch.Tensor) -> np.ndarray:
        """Soft tokens of the network (N, W), and behind them the facts that they tell (`shape`)."""
        facts = self.model.tell_facts(tokens[None])[0, self.told].numpy()
        return np.concatenate([tokens.numpy(), as_bumps(facts, self.cfg.width)])

    def facts(self, angles_rad: np.ndarray) -> np.ndarray:
        """What kinematics measure (F,) of angles (T, J) in rad, in the order of `scale.names`."""
        measured = measured_facts(angles_rad, self.frame_rate_hz)
        return np.array([measured[name] for name in self.scale.names])


def save_encoder(
    folder: Path,
    model: MotionEncoder,
    statistics: Statistics,
    scale: FactScale,
    cfg: MotionEncoderSettings,
    frame_rate_hz: float,
) -> None:
    """Write weights, statistics of joints and facts, and the description to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(model.state_dict(), folder / WEIGHTS)
    facts = {f"fact_{name}": getattr(scale, name) for name in ("mean", "spread", "deciles")}
    save_arrays(statistics._asdict() | facts, folder / NUMBERS)
    description = {
        "config": cfg.to_dict(),
        "joints": JOINT_NAMES,
        "facts": scale.names,
        "frame_rate_hz": frame_rate_hz,
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1))


def load_encoder(folder: os.PathLike) -> StoredEncoder:
    """Read what `save_encoder` wrote, ready to encode.

    Raises:
        InputError: If the folder was made for other joints than this version knows.
    """
    folder = Path(folder)
    description = json.loads((folder / DESCRIPTION).read_text())
    if tuple(description["joints"]) != JOINT_NAMES:
        raise InputError(f"{folder / DESCRIPTION}: made for other joints; train the encoder anew")
    cfg = MotionEncoderSettings.model_validate(description["config"])
    arrays = load_arrays(folder / NUMBERS)
    scale = [arrays.pop(f"fact_{name}") for name in ("mean", "spread", "deciles")]
    model = MotionEncoder(cfg, 2 * len(JOINT_NAMES), len(description["facts"]))
    model.load_state_dict(load_file(folder / WEIGHTS))
    hashes = [file_sha256(folder / name) for name in (WEIGHTS, NUMBERS)]
    return StoredEncoder(
        model.eval().requires_grad_(False),
        Statistics(**arrays),
        FactScale(description["facts"], *scale),
        cfg,
        description["frame_rate_hz"],
        hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )
