"""A tokenizer on disk: everything another machine needs to tokenise a new recording."""

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file, save_file

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.errors import InputError
from biomechgpt.files import file_sha256
from biomechgpt.settings.tokenizers_section import TokenizerSettings
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics
from biomechgpt.tokenizer.trained import Trained

WEIGHTS, STATISTICS, DESCRIPTION = "model.safetensors", "statistics.safetensors", "tokenizer.json"


class StoredTokenizer(NamedTuple):
    """A loaded tokenizer; `sha256` is that of its weights and statistics together."""

    model: MotionTokenizer
    statistics: Statistics
    cfg: TokenizerSettings
    frame_rate_hz: float
    zero_joints: list[str]
    sha256: str
    statistics_sha256: str


def save_tokenizer(
    folder: Path,
    trained: Trained,
    cfg: TokenizerSettings,
    frame_rate_hz: float,
    zero_joints: list[str],
) -> None:
    """Write weights, statistics and `tokenizer.json` (config, joint order, frame rate) to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(trained.model.state_dict(), folder / WEIGHTS)
    save_arrays(trained.statistics._asdict(), folder / STATISTICS)
    description = {
        "config": cfg.to_dict(),
        "joints": JOINT_NAMES,
        "zero_joints": zero_joints,
        "frame_rate_hz": frame_rate_hz,
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1))


def load_tokenizer(folder: os.PathLike) -> StoredTokenizer:
    """Read what `save_tokenizer` wrote, ready to encode.

    Raises:
        InputError: If the folder was made for other joints than this version knows, or by an earlier
            version.
    """
    folder = Path(folder)
    description = json.loads((folder / DESCRIPTION).read_text())
    if tuple(description["joints"]) != JOINT_NAMES:
        raise InputError(f"{folder / DESCRIPTION}: made for other joints; train the tokenizer anew")
    if "bfloat16" not in description["config"]:
        raise InputError(f"{folder}: made by an earlier version of this workflow; train it anew")
    cfg = TokenizerSettings.model_validate(description["config"])
    model = MotionTokenizer(cfg, len(JOINT_NAMES))
    model.load_state_dict(load_file(folder / WEIGHTS))
    statistics = Statistics(**load_arrays(folder / STATISTICS))
    hashes = [file_sha256(folder / name) for name in (WEIGHTS, STATISTICS)]
    return StoredTokenizer(
        model.eval().requires_grad_(False),
        statistics,
        cfg,
        description["frame_rate_hz"],
        description["zero_joints"],
        hashlib.sha256("".join(hashes).encode()).hexdigest(),
        hashes[1],
    )
