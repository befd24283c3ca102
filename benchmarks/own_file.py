"""How long an own file takes to become tokens: in memory, beside the stages that read a cohort.

    python -m benchmarks.own_file --tokenizer results/holdout/tokenizers/compact --file walk.mot

The stages write the file into a cohort folder, trajectories, joint angles and tokens to Parquet, and load the
maps and the tokenizer each time; the tokens of both sides must be the same. Medians of wall time; the two
take turns.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from biomechgpt.chat.own_file import read_own_file
from biomechgpt.cohort.ingest import ingest_shard
from biomechgpt.cohort.tables import read_cohort
from biomechgpt.motion.strip import strip_shard
from biomechgpt.recordings.recording import reading_with
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.tokenizer.storage import load_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from biomechgpt.tokenizer.tokens import read_tokens
from tests.helpers.paths import ROOT, read_yaml

CONFIG = read_yaml("config.yaml")
MAPS = [
    path
    for name in ("coordinate_maps", "skeletons")
    for path in ROOT.glob(f"resources/{name}/*.yaml")
]
INGEST = IngestSettings.model_validate(CONFIG["ingest"])
MOTION = MotionSettings.model_validate(CONFIG["motion"])


def through_stages(path: Path, tokenizer: Path) -> np.ndarray:
    """The tokens of a file as those of a cohort with one trial."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(path, folder / path.name)
        (folder / "participants.tsv").write_text("participant_id\nP\n")
        (folder / "trials.tsv").write_text(f"trial_id\tparticipant_id\tfile\nT\tP\t{path.name}\n")
        read, angles, tokens = (folder / f"{part}.parquet" for part in ("read", "angles", "tokens"))
        reading = reading_with(MAPS, INGEST)
        ingest_shard([read_cohort("c", folder)], reading, 0, 1, read, folder / "read.tsv")
        strip_shard(read, MOTION, angles, folder / "angles.tsv")
        tokenise_shard(tokenizer, angles, {"T"}, tokens)
        return read_tokens([tokens]).tokens[0]


def main() -> None:
    """Parse the arguments and print both medians."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=30)
    args = parser.parse_args()
    tokenizer, reading = load_tokenizer(args.tokenizer), reading_with(MAPS, INGEST)
    staged_s, direct_s = [], []
    for _ in range(args.repeats):
        began = time.perf_counter()
        staged = through_stages(args.file, args.tokenizer)
        between = time.perf_counter()
        own = read_own_file(args.file, args.file.name, tokenizer, reading, MOTION)
        direct_s.append(time.perf_counter() - between)
        staged_s.append(between - began)
        assert np.array_equal(own.trial.tokens, staged)
    n_frames, load = len(own.trial.angles_rad), os.getloadavg()[0]
    staged_s, direct_s = statistics.median(staged_s), statistics.median(direct_s)
    print(
        f"{n_frames} frames, load {load:.1f}: stages {staged_s:.3f} s, in memory {direct_s:.3f} s"
    )


if __name__ == "__main__":
    main()
