"""How many frames a second a shard is tokenised at, beside the network's bare forward pass.

    python -m benchmarks.tokenising_throughput --tokenizer paper

Both sides encode the same trials, as recorded and mirrored, on the same threads with random weights. The
stage also loads the tokenizer, reads Parquet, mirrors, normalises and writes; the bare side has its inputs in
memory.
Medians of processor time; the two take turns.
"""

import argparse
import os
import statistics
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.shared import processor_seconds, save_untrained
from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials
from biomechgpt.body.mirror import mirrored
from biomechgpt.tokenizer.statistics import normalise
from biomechgpt.tokenizer.storage import StoredTokenizer, load_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from tests.helpers.paths import read_yaml

MEAN_FRAMES, SPREAD_FRAMES = 290, 110  # of a trial, as in the default cohort


def tokenizer_config(name: str) -> dict:
    """The entry of `tokenizers` in the config or in the paper's preset."""
    sections = [read_yaml(path)["tokenizers"] for path in ("config.yaml", "presets/paper.yaml")]
    return next(section[name] for section in sections if section.get(name))


def write_inputs(folder: Path, cfg: dict, n_trials: int) -> None:
    """A tokenizer with its first weights and a shard of smooth made-up movements."""
    save_untrained(folder / "tokenizer", cfg)
    random = np.random.default_rng(0)
    with FrameWriter(folder / "angles.parquet", JOINT_NAMES, unit="rad") as writer:
        for trial in range(n_trials):
            n_frames = max(60, int(random.normal(MEAN_FRAMES, SPREAD_FRAMES)))
            steps = random.normal(0, 0.05, (n_frames, len(JOINT_NAMES)))
            writer.write({"trial_id": f"T{trial}", "participant_id": "P"}, steps.cumsum(axis=0))


def prepared_inputs(folder: Path, tokenizer: StoredTokenizer) -> list[torch.Tensor]:
    """Normalised whole tokens of every trial and of its mirror image, (T, J) each."""
    inputs, step = [], tokenizer.cfg.downsampling
    for trial in read_trials(folder / "angles.parquet"):
        whole = len(trial.frames) // step * step
        for frames in (trial.frames, mirrored(trial.frames)):
            normalised = torch.from_numpy(normalise(frames, tokenizer.statistics))
            inputs.append(normalised[:whole])
    return inputs


def encode_all(tokenizer: StoredTokenizer, inputs: list[torch.Tensor]) -> None:
    """The bare forward pass: encoder and nearest code."""
    for normalised in inputs:
        tokenizer.model.encode(normalised)


def main() -> None:
    """Parse the arguments and print both rates."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokenizer", default="paper", help="paper or compact")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder, tokenizer_config(args.tokenizer), args.trials)
        tokenizer = load_tokenizer(folder / "tokenizer")
        inputs = prepared_inputs(folder, tokenizer)
        trial_ids = {f"T{trial}" for trial in range(args.trials)}
        stage = (
            folder / "tokenizer",
            folder / "angles.parquet",
            trial_ids,
            folder / "tokens.parquet",
        )
        encode_all(tokenizer, inputs[:10])
        pairs = [
            (
                processor_seconds(tokenise_shard, *stage),
                processor_seconds(encode_all, tokenizer, inputs),
            )
            for _ in range(args.repeats)
        ]
    stage_s, bare_s = (statistics.median(side) for side in zip(*pairs, strict=True))
    n_frames = sum(map(len, inputs))
    print(
        f"{args.tokenizer}, {args.trials} trials, {args.threads} threads, load {os.getloadavg()[0]:.1f}"
    )
    print(
        f"stage {n_frames / stage_s:.0f} frames/s of processor, forward pass {n_frames / bare_s:.0f}, "
        f"{bare_s / stage_s:.2f} of it"
    )


if __name__ == "__main__":
    main()
