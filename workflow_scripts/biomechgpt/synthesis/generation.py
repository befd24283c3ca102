"""The files of a fold's synthetic movements: from prompts to tokens, from tokens to joint angles."""

import logging
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.gait import MEASURED_UNITS
from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.job import PROGRESS
from biomechgpt.language_model.description import read_description
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.sampling import MotionPrompt, Sampling, sample_motions
from biomechgpt.settings.generators_section import LanguageModelGenerator
from biomechgpt.synthesis.decoding import decode_within_limits, why_rejected
from biomechgpt.synthesis.synthetic_files import (
    Origin,
    Rejection,
    SyntheticMovement,
    write_movements,
    write_rejections,
)
from biomechgpt.tokenizer.storage import load_tokenizer

log = logging.getLogger(__name__)
progress = logging.getLogger(PROGRESS)
TOKENS = pa.schema(
    [
        ("prompt_id", pa.int64()),
        ("tokens", pa.list_(pa.uint16())),
        ("log_probability", pa.float64()),
        ("stopped", pa.string()),
        ("longest_run", pa.int64()),
    ]
)


def generate(
    model: Path,
    prompts_path: os.PathLike,
    generator: LanguageModelGenerator,
    seed: int,
    tokens_path: os.PathLike,
) -> int:
    """Write `tokens.parquet` (docs/contracts.md) of all prompts; return how many stand still.

    Raises:
        InputError: The model learnt no generation task.
    """
    loaded = load_model(model)
    if loaded.description.generation is None:
        raise InputError(f"{model} learnt no generation task: name another variant.")
    table = pq.read_table(prompts_path).to_pylist()
    prompts = [MotionPrompt(p["prompt"], (seed, p["prompt_id"]), p["n_steps"]) for p in table]
    sampling = Sampling(generator.temperature, generator.top_p, generator.guidance)
    rows = []
    for row, sampled in zip(table, sample_motions(loaded, prompts, sampling), strict=True):
        rows.append({"prompt_id": row["prompt_id"], **sampled._asdict()})
        share = len(rows) / len(table)
        progress.info(f"{len(rows)} of {len(table)} movements", extra={"share": share})
    with replacing(tokens_path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, TOKENS), temporary)
    return sum(row["stopped"] == "fault" for row in rows)


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
        if reason:
            rejections.append(Rejection(number, *reason))
            continue
        sources = prompt["source_trial_ids"]
        movements.append(SyntheticMovement(number, condition, decoded.angles_rad, sources))
    paths = (folder / "joint_angles.parquet", folder / "trials.tsv")
    write_movements(*paths, origin, movements, tokenizer.frame_rate_hz)
    write_rejections(folder / "rejected.tsv", origin, rejections)
    reasons = dict(Counter(rejection.reason for rejection in rejections))
    log.info("%d movements, %d rejected %s", len(movements), len(rejections), reasons)
