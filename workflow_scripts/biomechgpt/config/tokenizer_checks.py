"""What the types of a tokenizer's settings cannot say: that its numbers fit together."""

import math
from collections.abc import Mapping

from biomechgpt.settings.tokenizers_section import TokenizerSettings

MOST_TOKENS = 65536  # that the files of tokens hold
N_PARTS = 3  # legs, trunk, arms


def check_tokenizers(tokenizers: Mapping[str, TokenizerSettings]) -> list[str]:
    """A sentence for each fault in the config's `tokenizers`."""
    return [
        f"tokenizers.{name}{fault}"
        for name, cfg in tokenizers.items()
        for fault in [*_windows(cfg), *_codes(cfg)]
    ]


def _windows(cfg: TokenizerSettings) -> list[str]:
    factor = cfg.downsampling
    if factor & (factor - 1):
        return [f".downsampling is {factor}; it must be a power of 2."]
    if cfg.window_frames % factor:
        return [
            f".window_frames is {cfg.window_frames}; it must be a multiple of downsampling, "
            f"which is {factor}."
        ]
    return []


def _codes(cfg: TokenizerSettings) -> list[str]:
    """What may be wrong with the codebooks of one tokenizer."""
    faults = []
    if cfg.read_levels > cfg.levels:
        faults.append(f".read_levels is {cfg.read_levels}; there are {cfg.levels} levels to read.")
    if cfg.scalar_steps is not None:
        faults += _scalar_steps(cfg, cfg.scalar_steps)
    if cfg.network == "patches" and cfg.downsampling < 2:
        faults.append(".downsampling is 1; the network of patches needs 2 or more.")
    tokens = cfg.read_levels * (N_PARTS if cfg.separate_parts else 1) * cfg.codebook_size
    if tokens > MOST_TOKENS:
        faults.append(f" makes {tokens} motion tokens; {MOST_TOKENS} is the most.")
    return faults


def _scalar_steps(cfg: TokenizerSettings, steps: list[int]) -> list[str]:
    faults, n_codes = [], math.prod(steps)
    if n_codes != cfg.codebook_size:
        faults.append(
            f".codebook_size is {cfg.codebook_size}; scalar_steps {steps} make {n_codes} codes."
        )
    if cfg.levels > 1:
        faults.append(f".levels is {cfg.levels}; with scalar_steps there is one level.")
    if cfg.search_rounds:
        faults.append(f".search_rounds is {cfg.search_rounds}; scalar_steps need 0.")
    return faults
