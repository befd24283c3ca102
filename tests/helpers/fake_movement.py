"""Six made-up trials in two folds, each fold with a tokenizer of its own."""

from pathlib import Path

import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.report.movement_page.movement_page import MovementFiles
from biomechgpt.splits.index import index_trials
from biomechgpt.tokenizer.storage import save_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from tests.helpers.paths import ROOT
from tests.helpers.small_tokenizer import ABSENT, TINY, angles, train_on

# p1 and p2 are tested in fold-0, p0 in fold-1, NA never.
SPLITS = {
    "fold-0": {"p0": "train", "p1": "test", "p2": "test", "NA": "train"},
    "fold-1": {"p0": "test", "p1": "train", "p2": "train", "NA": "train"},
}
TRIALS = {"a": "p0", "b": "p1", "c": "p2", "d": "p1", "e": "p2", "f": "NA"}
N_FRAMES = 63  # the last three fill no token
RATE_HZ = 30


def write_run(folder: Path) -> MovementFiles:
    """Trials a, c and e are of cohort `computed`, the others of `lab`; b, d and f lack a joint."""
    (folder / "joint_angles").mkdir()
    shard = folder / "joint_angles/0.parquet"
    with FrameWriter(shard, JOINT_NAMES, unit="rad") as writer:
        for number, (trial_id, person) in enumerate(TRIALS.items()):
            writer.write(_info(trial_id, person, number), angles(N_FRAMES, number))
    outputs = ("trials.parquet", "report.parquet", "report.tsv")
    index_trials([shard], [], *(folder / name for name in outputs))
    rows = [(fold, *row) for fold, people in SPLITS.items() for row in people.items()]
    columns = ["fold", "participant_id", "split"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "folds.tsv", sep="\t", index=False)
    made = [_fold(folder, fold, shard, seed) for seed, fold in enumerate(SPLITS)]
    tokenizers, tokens = zip(*made, strict=True)
    return MovementFiles(
        [shard],
        folder / "trials.parquet",
        folder / "folds.tsv",
        tokenizers=dict(zip(SPLITS, tokenizers, strict=True)),
        tokens=dict(zip(SPLITS, tokens, strict=True)),
        normal_gait=ROOT / "resources/normal_gait.yaml",
        normal_ranges=ROOT / "resources/normal_ranges.yaml",
    )


def _info(trial_id: str, person: str, number: int) -> dict:
    return {
        "trial_id": trial_id,
        "participant_id": person,
        "cohort": "lab" if number % 2 else "computed",
        "split_group": person,
        "file": f"{trial_id}.mot",
        "coordinate_map": "biomechgpt34",
        "frame_rate_hz": RATE_HZ,
        "duration_s": N_FRAMES / RATE_HZ,
        "missing_joints": [JOINT_NAMES[ABSENT]] if number % 2 else [],
        "angles_sha256": trial_id,
    }


def _fold(folder: Path, fold: str, shard: Path, seed: int) -> tuple[Path, Path]:
    tokenizer = folder / fold / "tokenizers/tiny"
    tokens = folder / fold / "tokens/tiny/0.parquet"
    tokens.parent.mkdir(parents=True)
    learnt = {trial for trial, person in TRIALS.items() if SPLITS[fold][person] == "train"}
    cfg = TINY.model_copy(update={"steps": 20, "seed": seed})
    save_tokenizer(tokenizer, train_on([shard], learnt, cfg, folder / fold), cfg, RATE_HZ, [])
    tokenise_shard(tokenizer, shard, set(TRIALS), tokens)
    return tokenizer, tokens
