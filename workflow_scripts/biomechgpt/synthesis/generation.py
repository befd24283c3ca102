"""From the prompts of a fold to the tokens of its synthetic movements."""

import logging
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.errors import InputError
from biomechgpt.files import replacing
from biomechgpt.job import PROGRESS
from biomechgpt.language_model.model_folder import load_model
from biomechgpt.language_model.sampling import MotionPrompt, Sampling, sample_motions
from biomechgpt.settings.generators_section import LanguageModelGenerator

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
