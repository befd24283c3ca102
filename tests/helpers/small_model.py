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
from biomechgpt.motion_encoder.encoder_folder import load_encoder, save_encoder
from biomechgpt.motion_encoder.encoder_network import MotionEncoder
from biomechgpt.motion_encoder.facts import FactScale
from biomechgpt.motion_encoder.feature_files import feature_schema
from biomechgpt.motion_encoder.words import TOLD
from biomechgpt.questions.tasks import Phrasing, Task
from biomechgpt.settings.base_models_section import EmbeddedBaseSettings
from biomechgpt.settings.finetune_section import LoraSettings, TrainingSettings
from biomechgpt.settings.ingest_section import IngestSettings
from biomechgpt.settings.motion_encoders_section import MotionEncoderSettings
from biomechgpt.settings.motion_section import MotionSettings
from biomechgpt.settings.question_settings import QuestionSettings
from biomechgpt.settings.variant_run import VariantRun
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.reading_settings import save_reading_settings
from biomechgpt.tokenizer.statistics import Statistics
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.tokens import TokensMetadata
from biomechgpt.tokenizer.trained import Trained
from tests.helpers.paths import read_yaml
from tests.helpers.small_tokenizer import TINY

CODES = 16
BASE_SETTINGS = EmbeddedBaseSettings(
    kind="embedded", layers=2, width=64, heads=2, feed_forward=128, sliding_window=64,
    vocabulary=420, epochs=2, learning_rate=3e-3, batch_size=8, seed=0,
)  # fmt: skip
MOTION_CFG = TINY.model_copy(
    update={"codebook_size": CODES, "code_dim": 8, "width": 8, "depth": 1, "dilation_growth": 1}
)
TASKS = {
    "impaired": QuestionSettings(kind="classification", label="impaired", options=["yes", "no"]),
    "device": QuestionSettings(
        kind="classification", label="device", options=["none", "cane", "walker"]
    ),
    "speed": QuestionSettings(kind="regression", label="speed", unit="m/s", decimals=2),
}
QUESTION_TEXTS = {
    "impaired": "Is the walking impaired, yes or no?",
    "device": "Which of none, cane or walker is used?",
    "speed": "How fast in m/s?",
}
LEGS = ["hip_flexion", "hip_adduction", "hip_rotation", "knee_angle", "ankle_angle"]
LORA = LoraSettings(rank=4, alpha=8, dropout=0.1)
TOLD_FACTS = 3
ENCODER_SETTINGS = MotionEncoderSettings(
    soft_tokens=3, width=16, depth=2, downsampling=4, views=2, steps=200, batch_size=8,
    learning_rate=5e-3, fact_epochs=1, noise=0.05, seed=0,
)  # fmt: skip
FEATURES_SHAPE = (ENCODER_SETTINGS.soft_tokens + TOLD_FACTS, ENCODER_SETTINGS.width)
FINETUNE = TrainingSettings(
    learning_rate=3e-3, epochs=1, batch_size=8, micro_batch_size=8, max_length=128,
    warmup_fraction=0.1, weight_decay=0.0, shared_motion=True, motion_noise=0.1, mirror=True,
    rephrase=True, most_copies=2, motion_weight=1.0, answer_weight=1.0,
)  # fmt: skip
RUN = VariantRun(
    fold="holdout", variant="v", seed=0, lora=LORA, tasks=TASKS, finetune=FINETUNE,
    cohorts=["here", "there"], simulated=True, min_training_participants=3,
)  # fmt: skip


def trained_with(run: VariantRun, **changes) -> VariantRun:
    """`run` with other settings of training."""
    return run.model_copy(update={"finetune": run.finetune.model_copy(update=changes)})


def make_tasks() -> list[Task]:
    """`TASKS`, each with one phrasing."""
    phrasings = {name: (Phrasing(f"{name}-1", text),) for name, text in QUESTION_TEXTS.items()}
    return [Task(name, task, phrasings[name], phrasings[name]) for name, task in TASKS.items()]


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
    embedded.build_base_model(BASE_SETTINGS, motions, make_tasks(), folder, "code")
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
        "task": name, "kind": TASKS[name].kind, "phrasing_id": f"{name}-1",
        "phrasing_held_out": split != "train", "question": QUESTION_TEXTS[name], "answer": truth,
        "options": TASKS[name].options, "truth": truth,
        "truth_number": float("nan") if name in truths else speed,
    }  # fmt: skip


def make_questions() -> pd.DataFrame:
    """All tasks asked of each trial; the last six trials are for the test."""
    splits = ["train"] * 16 + ["validation"] * 2 + ["test"] * 6
    rows = [_question(i, name, splits[i]) for i in range(24) for name in TASKS]
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
    phrasings = {name: folder / f"{name}.yaml" for name in TASKS}
    for name, path in phrasings.items():
        held_out = {f"{name}-held": f"Held out: {QUESTION_TEXTS[name]}"}
        train = {f"{name}-1": QUESTION_TEXTS[name]}
        path.write_text(yaml.safe_dump({"train": train, "held_out": held_out}))
    return Sources([tokens], folder / "questions.parquet", phrasings, base, motion_tokenizer)


def write_encoder(folder: Path) -> None:
    """Write a motion encoder that was never trained."""
    torch.manual_seed(0)
    n, names = len(JOINT_NAMES), [*TOLD][:TOLD_FACTS]
    statistics = Statistics(np.zeros(n, np.float32), np.ones(n, np.float32), np.ones(n, bool))
    model = MotionEncoder(ENCODER_SETTINGS, 2 * n, len(names))
    deciles = np.tile(np.linspace(0.1, 0.9, 9), (len(names), 1))
    scale = FactScale(names, np.zeros(len(names)), np.ones(len(names)), deciles)
    save_encoder(folder, model, statistics, scale, ENCODER_SETTINGS, 30.0)


def write_soft_sources(folder: Path, sources: Sources, features: np.ndarray) -> Sources:
    """`sources` with a motion encoder that was never trained, and `features` (24, K, W) of all trials.

    The mirrored movements have the same features.
    """
    folder.mkdir(exist_ok=True)
    write_encoder(folder / "encoder")
    encoder = load_encoder(folder / "encoder")
    rows, names = [], encoder.scale.names
    for number, values in enumerate(features):
        facts = np.linspace(0, 1, len(names)) * number / len(features)
        row = {"features": values.ravel(), "facts": facts}
        rows.append({"trial_id": f"t{number}"} | row | {f"mirrored_{k}": v for k, v in row.items()})
    path = folder / "features.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=feature_schema(encoder)), path)
    return sources._replace(motion_encoder=folder / "encoder", features=path)


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
