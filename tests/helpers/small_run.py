"""A finished run so small that it is made in seconds, with its model, to ask about."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.splits.index import SCHEMA
from biomechgpt.tokenizer.tokenising import tokenise_shard

SIDES = {"p0": "train", "p1": "train", "p2": "validation", "p3": "test"}
CALIBRATION = {"impaired": [0.45, 0.05], "device": [0.3, 0.0], "speed": [0.2, None]}


def walk(seconds: float) -> np.ndarray:
    """Joint angles (T, 34) in rad of something like a walk; the neck was not recorded."""
    time_s = np.arange(0, seconds, 1 / 30)
    angles = 0.3 * np.sin(2 * np.pi * time_s[:, None] + np.arange(len(JOINT_NAMES)))
    angles[:, [i for i, name in enumerate(JOINT_NAMES) if name.startswith("neck")]] = np.nan
    return angles.astype(np.float32)


def write_run(folder: Path, model: Path) -> Path:
    """What a run leaves behind of four participants with two trials each, t0 to t7."""
    infos = []
    (folder / "joint_angles").mkdir(parents=True)
    with FrameWriter(folder / "joint_angles/0.parquet", JOINT_NAMES, "rad") as writer:
        for number in range(8):
            angles = walk(4 + number)
            missing = [name for name in JOINT_NAMES if name.startswith("neck")]
            info = {"trial_id": f"t{number}", "participant_id": f"p{number // 2}", "cohort": "here"}
            info |= {"missing_joints": missing, "duration_s": len(angles) / 30}
            writer.write(info, angles)
            infos.append(info | {"n_frames": len(angles), "shard": 0})
    pq.write_table(pa.Table.from_pylist(infos, schema=SCHEMA), folder / "trials.parquet")
    folds = [{"fold": "holdout", "participant_id": p, "split": s} for p, s in SIDES.items()]
    pd.DataFrame(folds).to_csv(folder / "folds.tsv", sep="\t", index=False)
    (folder / "cohorts" / "here").mkdir(parents=True)
    shutil.copytree(model, folder / "holdout/models/v/seed-0")
    tokens = folder / "holdout/tokens/compact/0.parquet"
    angles = folder / "joint_angles/0.parquet"
    tokenise_shard(model / "motion_tokenizer", angles, {info["trial_id"] for info in infos}, tokens)
    write_labels(folder / "holdout/questions")
    write_calibration(folder / "tables")
    return folder


def change_task(monkeypatch, chat, name: str, **changes) -> None:
    """Let the model of `chat` have a task with other settings."""
    tasks = chat.description.tasks
    monkeypatch.setitem(tasks, name, tasks[name].model_copy(update=changes))


def write_labels(folder: Path) -> None:
    """The questions table of the run; `activity` is no task of the model and is left out."""
    folder.mkdir()
    rows = [
        {"trial_id": f"t{n}", "task": task, "truth": truth}
        for n in range(8)
        for task, truth in (("impaired", ["yes", "no"][n % 2]), ("speed", f"{0.8 + n / 10:.2f}"))
    ]
    pd.DataFrame(rows).to_parquet(folder / "seed-0.parquet")


def write_calibration(folder: Path) -> None:
    """`calibration.parquet` of the model, and of another seed that must not be taken for it."""
    folder.mkdir()
    rows = [
        {"fold": "holdout", "task": task, "variant": "v", "seed": seed, "number": "median",
         "temperature": 2.0, "level": level, "limit": limit}
        for seed in (0, 1)
        for task, limits in CALIBRATION.items()
        for level, limit in zip((0.8, 0.9), limits, strict=True)
    ]  # fmt: skip
    pd.DataFrame(rows).to_parquet(folder / "calibration.parquet", index=False)
