"""Simulated trials whose answers lie in the video, in the body or in both, small enough for a test."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from sklearn.metrics import f1_score

from biomechgpt.language_model.finetuning import Sources
from biomechgpt.language_model.prediction import predict_file
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.settings.feature_source import FeatureSource
from biomechgpt.settings.finetune_section import LoraSettings
from biomechgpt.settings.variant_run import VariantRun
from biomechgpt.settings.video_section import VideoSettings
from biomechgpt.video.clip_storage import Clip, write_clips
from biomechgpt.video.scale_stage import fit_scaling
from biomechgpt.video.scaled_videos import CLIPS, StoredVideos, save_videos
from tests.helpers.small_model import CODES, RUN, trained_with

WIDTH = 8  # features a step
SOURCE = FeatureSource(
    encoder="simulated", revision="1", pooling="none", fps=30, stride_frames=4, width=WIDTH
)
N_TRIALS, N_TRAINING = 190, 150
QUESTIONS = {"lit": "Lit?", "up": "Up?", "differ": "Differ?"}
PLANTED_TASKS = {
    name: RUN.tasks["impaired"].model_copy(update={"label": name}) for name in QUESTIONS
}


def clip(n_steps: int, seed: int = 0, shift: float = 0.0) -> Clip:
    """Noise, with `shift` on half of the features in the middle third."""
    values = np.random.default_rng(seed).standard_normal((n_steps, WIDTH)).astype(np.float32)
    values[n_steps // 3 : 2 * n_steps // 3, ::2] += shift
    return Clip(values, np.arange(n_steps, dtype=np.float32) * 4 / 30, SOURCE)


def write_planted(folder: Path, sources: Sources, shuffled: bool = False) -> Sources:
    """Trials whose codes tell `up`, whose videos tell `lit`, and together `differ`."""
    folder.mkdir()
    random = np.random.default_rng(0)
    lit, up = (random.integers(0, 2, N_TRIALS) for _ in range(2))
    seen = random.permutation(lit) if shuffled else lit
    codes = [
        random.integers(0, CODES // 2, 5 + i % 3) + CODES // 2 * up[i] for i in range(N_TRIALS)
    ]
    names = [f"t{i}" for i in range(N_TRIALS)]
    own = pq.read_table(sources.tokens[0]).schema.metadata
    lists = pa.array([c.astype(np.uint16).tolist() for c in codes], pa.list_(pa.uint16()))
    columns = {
        "trial_id": names, "participant_id": names, "n_frames": [4 * len(c) for c in codes],
        "frame_rate_hz": [30.0] * N_TRIALS, "tokens": lists, "mirrored_tokens": lists,
    }  # fmt: skip
    pq.write_table(pa.table(columns).replace_schema_metadata(own), folder / "tokens.parquet")
    truths = {"lit": lit, "up": up, "differ": lit ^ up}
    table = [
        {
            "trial_id": names[i], "participant_id": names[i], "task": name, "kind": "classification",
            "split": "train" if i < N_TRAINING else "test", "phrasing_id": f"{name}-1",
            "phrasing_held_out": i >= N_TRAINING, "question": QUESTIONS[name],
            "answer": ["no", "yes"][truths[name][i]], "truth": ["no", "yes"][truths[name][i]],
            "options": ["yes", "no"], "truth_number": float("nan"),
        }
        for i in range(N_TRIALS)
        for name in QUESTIONS
    ]  # fmt: skip
    pd.DataFrame(table).to_parquet(folder / "questions.parquet")
    phrasings = {name: folder / f"{name}.yaml" for name in QUESTIONS}
    for name, path in phrasings.items():
        train, held_out = {f"{name}-1": QUESTIONS[name]}, {f"{name}-2": f"So: {QUESTIONS[name]}"}
        path.write_text(yaml.safe_dump({"train": train, "held_out": held_out}))
    clips = {names[i]: clip(8 + i % 4, i, 3.0 * (2 * seen[i] - 1)) for i in range(N_TRIALS)}
    stored = StoredVideos(fit_scaling([clips[n] for n in names[:N_TRAINING]], WIDTH), SOURCE)
    save_videos(folder / "videos", stored)
    write_clips(folder / "videos" / CLIPS, {n: stored.scaled(c, n) for n, c in clips.items()})
    return Sources(
        [folder / "tokens.parquet"], folder / "questions.parquet", phrasings, sources.base,
        sources.motion_tokenizer, videos=folder / "videos",
    )  # fmt: skip


def planted_run(epochs: int) -> VariantRun:
    """Settings that find what is planted in a single modality in 10 epochs."""
    run = RUN.model_copy(
        update={
            "tasks": PLANTED_TASKS,
            "video": VideoSettings(queries=4, components=WIDTH, modality_dropout=0.25),
            "lora": LoraSettings(rank=16, alpha=16, dropout=0.0),
        }
    )
    return trained_with(
        run, epochs=epochs, learning_rate=4e-3, projector_learning_rate=2e-3, answer_weight=20.0,
        motion_weight=0.1, motion_noise=0.0, feature_noise=0.1, batch_size=24, micro_batch_size=24,
        mirror=False, rephrase=False, most_copies=1,
    )  # fmt: skip


def macro_f1(folder: Path, sources: Sources, path: Path, showing: str | None = None) -> dict:
    """By task the macro F1 of the most probable options."""
    predict_file(
        folder, sources.tokens, sources.questions, path, ["test"], None, sources.videos, showing
    )
    table = read_predictions([path])
    best = [
        o[int(np.argmax(p))] for o, p in zip(table["options"], table["probabilities"], strict=True)
    ]
    return {
        name: f1_score(part["truth"], part["best"], average="macro")
        for name, part in table.assign(best=best).groupby("task")
    }
