"""A tiny finished run whose figures are chosen by hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from tests.helpers.paths import read_yaml

BENCHMARK = "s\th:m:s\tmax_rss\n{s}\t0:00:00\t{memory}\n"
# No name says what a baseline is, or which question of the paper a task repeats.
DEFAULT = read_yaml("config.yaml")
TASKS, VARIANT = DEFAULT["tasks"], DEFAULT["variants"]["tiny-all"]
del DEFAULT["annotate"], DEFAULT["reconstruct"], DEFAULT["study"]  # made on demand
CONFIG = DEFAULT | {
    "simulate": DEFAULT["simulate"] | {"seed": 7},
    "motion": DEFAULT["motion"] | {"frame_rate_hz": 30.0},
    "variants": {"small": VARIANT | {"tokenizer": "coarse"}},
    "finetune": DEFAULT["finetune"] | {"seeds": [0, 1]},
    "baselines": {
        "clock": {"kind": "duration"},
        "counts": {"kind": "histogram", "tokenizer": "coarse"},
        "other-counts": {"kind": "histogram", "tokenizer": "fine"},
        "angles": {"kind": "rocket", "tokenizer": "coarse"},
        "xgboost": {"kind": "histogram", "tokenizer": "coarse", "labels": "shuffled"},
    },
    "tasks": {
        "pastime": TASKS["activity"] | {"options": ["walking", "standing", "sitting"]},
        "rise_and_walk": TASKS["tug"],
    },
}
KINDS = {"pastime": "classification", "rise_and_walk": "regression"}
METRICS = {"classification": ("macro_f1", "weighted_f1"), "regression": ("mae", "r")}
SIZES = {"pastime": (24, 96), "rise_and_walk": (9, 12)}
# Headline figure and interval, by model, of pastime and of rise_and_walk.
FIGURES = {
    "small": ((0.70, 0.62, 0.78), (1.25, 0.95, 1.60)),
    "clock": ((0.30, 0.20, 0.40), (1.10, 0.80, 1.50)),
    "counts": ((0.61, 0.52, 0.70), (2.50, 1.90, 3.10)),
    "other-counts": ((0.65, 0.55, 0.75), (2.40, 1.90, 3.10)),
    "angles": ((0.93, 0.88, 0.96), (0.75, 0.50, 1.05)),
    "xgboost": ((0.11, 0.05, 0.17), (3.20, 2.60, 3.90)),
}
VERDICTS = {
    "clock": ("above", "not distinguishable"),
    "counts": ("above", "above"),
    "other-counts": ("not distinguishable", "above"),
    "angles": ("below", "not distinguishable"),
    "xgboost": ("above", "above"),
}


def write_run(folder: Path, description: dict | None = None) -> None:
    """Write a run of 9 minutes on 4 cores; `description` is what its `run.json` has otherwise."""
    (folder / "tables").mkdir(parents=True)
    texts = {"split": "test", "task": list(KINDS), "variant": "small", "answers": [1192, 24]}
    sizes = {"fold": "holdout", "split": ["train", "validation", "test"]}
    counts = {"task": list(KINDS), "train_participants": [50, 20], "train_samples": [210, 25]}
    tables = {
        "metrics": _metrics(),
        "trials": {"duration_s": [8.0, 13.0], "shard": [0, 0]},
        "tables/comparisons": _comparisons(),
        "tables/unreadable": texts | {"unreadable": [3, 0]},
        "tables/fold_sizes": sizes | {"participants": [50, 6, 24], "trials": [210, 20, 96]},
        "tables/table1": counts | {"validation_participants": [6, 3], "test_participants": [24, 9]},
    }
    for name, columns in tables.items():
        pd.DataFrame(columns).to_parquet(folder / f"{name}.parquet")
    (folder / "run.json").write_text(json.dumps(DESCRIPTION | (description or {})))
    _write_trials(folder)


def _write_trials(folder: Path) -> None:
    """Trial a was put one question, trial b, which swings its right leg every 50 frames, two."""
    questions = pd.DataFrame(
        [
            ("a", "pastime", "Doing what?"),
            ("b", "pastime", "Now?"),
            ("b", "rise_and_walk", "Time?"),
        ],
        columns=["trial_id", "task", "question"],
    )
    (folder / "holdout/questions").mkdir(parents=True)
    questions.to_parquet(folder / "holdout/questions/seed-0.parquet")
    own = {"variant": "small", "seed": 0, "fold": "holdout"}
    nan = float("nan")
    answers = questions.drop(columns="question").assign(
        **own, kind=["classification"] * 2 + ["regression"]
    )
    answers = answers.assign(decided=["sitting", "walking", None], confidence=[0.9, 0.614, nan])
    answers = answers.assign(truth=["sitting", "standing", ""], truth_number=[nan, nan, 8.0])
    answers.assign(number=[nan, nan, 7.456]).to_parquet(folder / "answers.parquet")
    swing = np.zeros((120, len(JOINT_NAMES)))
    swing[:, JOINT_NAMES.index("hip_flexion_r")] = 0.5 * np.sin(2 * np.pi * np.arange(120) / 50)
    (folder / "joint_angles").mkdir()
    with FrameWriter(folder / "joint_angles/0.parquet", JOINT_NAMES, unit="rad") as writer:
        writer.write({"trial_id": "a"}, np.zeros((120, len(JOINT_NAMES))))
        writer.write({"trial_id": "b"}, swing)


DESCRIPTION = {
    "format": 1,
    "date": "2026-01-02",
    "processor": "Slow 80486",
    "cores": 4,
    "busy_s": 540.0,
    "peak_memory_mib": 1200.0,
    "simulated": True,
    "versions": {"python": "3.11.7"},
    "config": CONFIG,
}


def _metrics() -> list[dict]:
    rows = []
    for model, figures in FIGURES.items():
        for (task, kind), (value, low, high) in zip(KINDS.items(), figures, strict=True):
            people, trials = SIZES[task]
            size = {"n_participants": people, "n_trials": trials, "n_seeds": 2}
            own = {"split": "test", "task": task, "kind": kind, "variant": model, "seed": "mean"}
            own |= {"reading": "answer", "label": "", "sd": 0.01} | size
            headline, second = METRICS[kind]
            rows.append(own | {"metric": headline, "value": value, "low": low, "high": high})
            rows.append(own | {"metric": second, "value": 0.95, "low": 0.9, "high": 1.0})
    return rows


def _comparisons() -> list[dict]:
    return [
        {
            **{"split": "test", "task": task, "kind": KINDS[task], "variant": "small"},
            **{"other": other, "metric": metric, "difference": 0.1, "low": 0.0, "high": 0.2},
            **{"verdict": "above", "adjusted_verdict": verdict, "n_participants": SIZES[task][0]},
        }
        for other, verdicts in VERDICTS.items()
        for task, verdict in zip(KINDS, verdicts, strict=True)
        for metric in METRICS[KINDS[task]]
    ]
