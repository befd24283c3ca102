"""From sampled tokens to a movement that a body can do, or to the reason why it is rejected."""

import logging
import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from biomechgpt.body.coordinates import JOINT_NAMES, LEG_JOINTS
from biomechgpt.body.gait import MEASURED_UNITS, measure_gait
from biomechgpt.language_model.description import read_description
from biomechgpt.synthesis.limits import into_range, outside_range, slowed, too_fast
from biomechgpt.synthesis.synthetic_files import (
    Origin,
    Rejection,
    SyntheticMovement,
    write_movements,
    write_rejections,
)
from biomechgpt.tokenizer.coding import decode_trial
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer

log = logging.getLogger(__name__)
LEGS = np.isin(JOINT_NAMES, LEG_JOINTS)
MOST_OUTSIDE = 0.1  # of the frames, in which some leg joint is out of its range
MOST_TOO_FAST = 0.05  # of the frames, in which some leg joint is too fast


class Decoded(NamedTuple):
    """A movement within the limits, and how much of it was beyond them."""

    angles_rad: np.ndarray  # (T, 34) float32
    outside_share: float  # of frames in which a leg joint was out of its range
    too_fast_share: float  # of frames in which a leg joint was too fast


def decode_within_limits(
    tokenizer: StoredTokenizer, tokens: np.ndarray, joint_speeds_rad_s: np.ndarray
) -> Decoded:
    """The movement of `tokens` (n,): decoded, brought into the ranges of joints, and slowed down.

    Joints that never move in training stay at their training mean, whatever their range.
    """
    raw, live = decode_trial(tokenizer, tokens), tokenizer.statistics.live
    rate = tokenizer.frame_rate_hz
    limited = np.where(live, slowed(into_range(raw), joint_speeds_rad_s, rate), raw)
    legs = LEGS & live
    outside = outside_range(raw)[:, legs].any(axis=1)
    fast = too_fast(raw, joint_speeds_rad_s, rate)[:, legs].any(axis=1)
    return Decoded(limited.astype(np.float32), float(outside.mean()), float(fast.mean()))


def why_rejected(
    decoded: Decoded, stopped: str, walks: bool, frame_rate_hz: float
) -> tuple[str, str] | None:
    """A slug and a sentence of the first reason against a movement; None where there is none.

    `walks` is whether its condition says how fast or in which cadence it walks.
    """
    if stopped == "fault":
        return "stands_still", "the same step stands in it for longer than a second and a half"
    if decoded.outside_share > MOST_OUTSIDE:
        return "out_of_range", f"leg joints out of range in {decoded.outside_share:.0%} of frames"
    if decoded.too_fast_share > MOST_TOO_FAST:
        return "too_fast", f"leg joints too fast in {decoded.too_fast_share:.0%} of frames"
    if walks and np.isnan(measure_gait(decoded.angles_rad, frame_rate_hz).cadence_steps_min):
        return "no_gait", "speed or cadence was asked for, and the legs do not swing"
    return None


def decode_synthetic(
    model: Path,
    prompts_path: os.PathLike,
    tokens_path: os.PathLike,
    origin: Origin,
    folder: Path,
) -> None:
    """Write `joint_angles.parquet`, `trials.tsv` and `rejected.tsv` (docs/contracts.md) into `folder`."""
    tokenizer = load_tokenizer(model / "motion_tokenizer")
    speeds = np.array(read_description(model).generation_limits.joint_speeds_rad_s)
    prompts = pd.DataFrame(pq.read_table(prompts_path).to_pylist()).set_index("prompt_id")
    movements, rejections = [], []
    for row in pq.read_table(tokens_path).to_pylist():
        number, prompt = row["prompt_id"], prompts.loc[row["prompt_id"]]
        decoded = decode_within_limits(tokenizer, np.array(row["tokens"]), speeds)
        condition = {c: value for c, value in prompt["condition"].items() if value is not None}
        walks = not MEASURED_UNITS.keys().isdisjoint(condition)
        reason = why_rejected(decoded, row["stopped"], walks, tokenizer.frame_rate_hz)
        if reason is not None:
            rejections.append(Rejection(number, *reason))
            continue
        sources = prompt["source_trial_ids"]
        movements.append(SyntheticMovement(number, condition, decoded.angles_rad, sources))
    paths = (folder / "joint_angles.parquet", folder / "trials.tsv")
    write_movements(*paths, origin, movements, tokenizer.frame_rate_hz)
    write_rejections(folder / "rejected.tsv", origin, rejections)
    reasons = dict(Counter(rejection.reason for rejection in rejections))
    log.info("%d movements, %d rejected %s", len(movements), len(rejections), reasons)
