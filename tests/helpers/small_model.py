"""A base model, tokens and questions so small that a model trains on them in a second."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import yaml

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.language_model import embedded
from biomechgpt.language_model.finetuning import Sources
from biomechgpt.questions.tasks import Phrasing, Task
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.reading_settings import save_reading_settings
from biomechgpt.tokenizer.statistics import Statistics
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.tokens import TokensMetadata
from biomechgpt.tokenizer.trained import Trained
from tests.helpers.paths import read_yaml
from tests.helpers.small_tokenizer import TINY

CODES = 16
BASE_CFG = {
    "kind": "embedded", "layers": 2, "width": 64, "heads": 2, "feed_forward": 128,
    "sliding_window": 64, "vocabulary": 420, "epochs": 2, "learning_rate": 3e-3, "batch_size": 8,
    "seed": 0,
}  # fmt: skip
MOTION_CFG = TINY.model_copy(
    update={"codebook_size": CODES, "code_dim": 8, "width": 8, "depth": 1, "dilation_growth": 1}
)
TASK_CFG = {
    "impaired": {"kind": "classification", "label": "impaired", "options": ["yes", "no"]},
    "device": {"kind": "classification", "label": "device", "options": ["none", "cane", "walker"]},
    "speed": {"kind": "regression", "label": "speed", "unit": "m/s", "decimals": 2},
}
QUESTION_TEXTS = {
    "impaired": "Is the walking impaired, yes or no?",
    "device": "Which of none, cane or walker is used?",
    "speed": "How fast in m/s?",
}
LEGS = ["hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle"]
LORA = {"rank": 4, "alpha": 8, "dropout": 0.1}
FINETUNE = {
    "learning_rate": 3e-3, "epochs": 1, "batch_size": 8, "max_length": 128,
    "warmup_fraction": 0.1, "weight_decay": 0.0, "shared_motion": True, "motion_noise": 0.1, "mirror": True,
    "rephrase": True, "most_copies": 2,
}  # fmt: skip
JOB_CFG = {
    "fold": "holdout", "variant": "v", "seed": 0, "lora": LORA, "tasks": TASK_CFG,
    "finetune": FINETUNE, "cohorts": ["here", "there"], "simulated": True,
    "min_training_participants": 3,
}  # fmt: skip


def _task(name: str) -> Task:
    cfg = TASK_CFG[name]
    phrasing = (Phrasing(f"{name}-1", QUESTION_TEXTS[name]),)
    options = tuple(cfg.get("options", ()))
    unit, decimals = cfg.get("unit", ""), cfg.get("decimals", 0)
    return Task(
        name, cfg["kind"], cfg["label"], {}, options, (), unit, decimals, phrasing, phrasing
    )


def make_tasks() -> list[Task]:
    """The tasks of `TASK_CFG`, each with one phrasing."""
    return [_task(name) for name in TASK_CFG]


def make_motions() -> list[np.ndarray]:
    """24 trials of 6 to 29 tokens; the first half of the codes belongs to the impaired."""
    random = np.random.default_rng(0)
    return [
        (random.integers(0, CODES // 2, 6 + i) + CODES // 2 * (i % 2)).astype(np.uint16)
        for i in range(24)
    ]


def write_base(folder: Path) -> Path:
    """Pretrain the embedded base model on the made-up motions."""
    torch.set_num_threads(1)
    pairs = [(motion, motion[::-1]) for motion in make_motions()]
    motions = embedded.Motions(pairs, 4 / 30, CODES)
    embedded.build_base_model(BASE_CFG, motions, make_tasks(), folder, "code")
    return folder


def write_motion_tokenizer(folder: Path) -> Path:
    """A motion tokenizer that was never trained."""
    torch.manual_seed(0)
    n = len(JOINT_NAMES)
    statistics = Statistics(np.zeros(n, np.float32), np.ones(n, np.float32), np.ones(n, bool))
    model = MotionTokenizer(MOTION_CFG, n)
    model.branches[0].quantizer.levels[0].codebook.normal_()
    save_tokenizer(folder, Trained(model, statistics), MOTION_CFG, 30.0, [])
    config = read_yaml("config.yaml")
    motion = MotionSettings.model_validate(config["motion"] | {"zero_joints": []})
    save_reading_settings(folder, IngestSettings.model_validate(config["ingest"]), motion)
    return folder


def _question(number: int, name: str, split: str) -> dict:
    truths = {"impaired": ["yes", "no"][number % 2], "device": ["none", "cane"][number % 2]}
    speed = 0.5 + number / 40
    truth = truths.get(name, f"{speed:.2f}")
    return {
        "trial_id": f"t{number}", "participant_id": f"p{number // 2}", "split": split,
        "task": name, "kind": TASK_CFG[name]["kind"], "phrasing_id": f"{name}-1",
        "phrasing_held_out": split != "train", "question": QUESTION_TEXTS[name], "answer": truth,
        "options": TASK_CFG[name].get("options", []), "truth": truth,
        "truth_number": float("nan") if name in truths else speed,
    }  # fmt: skip


def make_questions() -> pd.DataFrame:
    """All tasks asked of each trial; the last six trials are for the test."""
    splits = ["train"] * 16 + ["validation"] * 2 + ["test"] * 6
    rows = [_question(i, name, splits[i]) for i in range(24) for name in TASK_CFG]
    return pd.DataFrame(rows)


def write_tokens(path: Path, tokenizer_sha256: str) -> Path:
    """Write the tokens of all trials as if a tokenizer of that hash had made them."""
    motions = make_motions()
    metadata = TokensMetadata(tokenizer_sha256, "s", 30.0, 4, 1, CODES).to_schema()
    columns = {
        "trial_id": [f"t{i}" for i in range(24)],
        "participant_id": [f"p{i // 2}" for i in range(24)],
        "n_frames": [4 * len(m) for m in motions],
        "frame_rate_hz": [30.0] * 24,
        "tokens": pa.array([m.tolist() for m in motions], pa.list_(pa.uint16())),
        "mirrored_tokens": pa.array([m[::-1].tolist() for m in motions], pa.list_(pa.uint16())),
    }
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return path


def write_sources(folder: Path) -> Sources:
    """All that fine-tuning reads, the base model and the motion tokenizer among it."""
    base = write_base(folder / "base/tiny")
    motion_tokenizer = write_motion_tokenizer(folder / "motion/compact")
    tokens = write_tokens(folder / "0.parquet", load_tokenizer(motion_tokenizer).sha256)
    make_questions().to_parquet(folder / "questions.parquet")
    phrasings = {name: folder / f"{name}.yaml" for name in TASK_CFG}
    for name, path in phrasings.items():
        held_out = {f"{name}-held": f"Held out: {QUESTION_TEXTS[name]}"}
        train = {f"{name}-1": QUESTION_TEXTS[name]}
        path.write_text(yaml.safe_dump({"train": train, "held_out": held_out}))
    return Sources([tokens], folder / "questions.parquet", phrasings, base, motion_tokenizer)


def write_motion(path: Path, seconds: float) -> Path:
    """Write a walk-like OpenSim file of both legs, in degrees, 30 frames a second."""
    time_s = np.arange(0, seconds, 1 / 30)
    names = [f"{leg}_{side}" for leg in LEGS for side in "rl"]
    angles = {name: 20 * np.sin(2 * np.pi * time_s + i) for i, name in enumerate(names)}
    for side in "rl":
        angles[f"knee_angle_{side}"] = -35 - 25 * np.sin(2 * np.pi * time_s)
    lines = ["motion", "version=1", f"nRows={len(time_s)}", f"nColumns={len(names) + 1}"]
    lines += ["inDegrees=yes", "endheader", "\t".join(["time", *names])]
    columns = np.column_stack([time_s, *angles.values()])
    lines += ["\t".join(f"{value:.5f}" for value in row) for row in columns]
    path.write_text("\n".join(lines) + "\n")
    return path
