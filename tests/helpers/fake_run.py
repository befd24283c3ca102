"""A run's files, made up, in the shapes of the contracts."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.evaluation.evaluate import evaluate, write_metrics
from biomechgpt.evaluation.gate_errors import gate_table
from biomechgpt.evaluation.leakage import audit
from biomechgpt.evaluation.mean_over_questions import mean_differences
from biomechgpt.evaluation.number_choice import with_decided_numbers
from biomechgpt.evaluation.per_trial import write_answers
from biomechgpt.evaluation.result_tables import write_tables
from biomechgpt.report.run_files import RunFiles
from biomechgpt.settings.evaluate_section import EvaluateSettings
from biomechgpt.settings.tasks_section import task_settings
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics
from biomechgpt.tokenizer.storage import save_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from biomechgpt.tokenizer.trained import Trained
from tests.helpers import fake_predictions
from tests.helpers.paths import read_yaml
from tests.helpers.small_tokenizer import TINY


def write_run(
    folder: Path,
    predictions: pd.DataFrame,
    draws: int = 2000,
    variants: Sequence[str] = ("tiny-all",),
) -> RunFiles:
    """Evaluate `predictions`, invent the other files of a run, and say where all of them are.

    Whatever is none of `variants` is a baseline.
    """
    folds = fake_predictions.folds(predictions)
    cfg = EvaluateSettings(bootstrap_draws=draws, seed=0)
    baselines = [name for name in predictions["variant"].unique() if name not in variants]
    evaluated = evaluate(predictions, folds, cfg, variants, baselines)
    write_metrics(evaluated, folder / "metrics.parquet")
    write_answers(evaluated.answers, folder / "answers.parquet")
    trials = _write_trials(folder, predictions)
    audited = audit(trials, folds, [])
    tasks = read_yaml("config.yaml")["tasks"]
    gates = gate_table(predictions, task_settings(tasks), variants, evaluated.calibration)
    paper_tasks = {task: task for task in predictions["task"].unique()}
    decided = with_decided_numbers(predictions, evaluated.number_choices)
    means = mean_differences(decided, evaluated.metrics, variants, ["chance"], cfg)
    tables = folder / "tables"
    write_tables(evaluated, _counts(predictions), tables, paper_tasks, audited, gates, means)
    left_out = {"task": ["balance"], "training_participants": 3, "reason": "three people only"}
    pd.DataFrame(left_out).to_parquet(folder / "left-out.parquet")
    folds.to_csv(folder / "folds.tsv", sep="\t", index=False)
    _write_issues(folder)
    _write_joint_angles(folder / "joint_angles.parquet", trials)
    shard, tokenizers, measures, tokens = folder / "joint_angles.parquet", {}, {}, {}
    for fold in folds["fold"].unique():
        tokenizers[fold, "compact"] = folder / fold / "tokenizers/compact"
        measures[fold, "compact"] = folder / fold / "tokenizer_measures/compact"
        tokens[fold] = folder / fold / "tokens.parquet"
        _save_untrained(tokenizers[fold, "compact"])
        _write_measures(measures[fold, "compact"], trials)
        tokenise_shard(tokenizers[fold, "compact"], shard, set(trials["trial_id"]), tokens[fold])
    _write_cohort(folder / "cohort", trials)
    _write_benchmarks(folder / "benchmarks")
    return RunFiles(
        metrics=folder / "metrics.parquet",
        tables=folder / "tables",
        answers=folder / "answers.parquet",
        trials=folder / "trials.parquet",
        folds=folder / "folds.tsv",
        issues=folder / "ingest_report.parquet",
        tokenizers=tokenizers,
        tokenizer_measures=measures,
        tokens=tokens,
        joint_angles=[shard],
        cohorts=[{"name": "clinic", "path": str(folder / "cohort")}],
        benchmarks=folder / "benchmarks",
        left_out=[folder / "left-out.parquet"],
    )


def _counts(predictions: pd.DataFrame) -> pd.DataFrame:
    size = predictions.groupby("task", sort=False).agg(
        test_participants=("participant_id", "nunique"), test_samples=("trial_id", "nunique")
    )
    size = size.assign(train_participants=100, train_samples=420).reset_index()
    return size[["task", "train_participants", "train_samples", *size.columns[1:3]]]


def _write_trials(folder: Path, predictions: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    trials = predictions[["trial_id", "participant_id"]].drop_duplicates(ignore_index=True)
    second = np.arange(len(trials)) % 3 == 0
    absent = [["neck_extension", "neck_bending", "neck_rotation"] if s else [] for s in second]
    trials = trials.assign(
        cohort=np.where(second, "clinic", "simulated"),
        coordinate_map=np.where(second, "opencap", "locomujoco"),
        duration_s=rng.gamma(4, 4, len(trials)),
        missing_joints=absent,
        split_group=trials["participant_id"],
        angles_sha256=[f"{i:064x}" for i in range(len(trials))],
        also_recorded_as=[[] for _ in range(len(trials))],
    )
    trials.to_parquet(folder / "trials.parquet")
    return trials


def _write_issues(folder: Path) -> None:
    columns = ["cohort", "participant_id", "trial_id", "file", "stage", "severity", "problem"]
    rows = [
        ["clinic", "P001", f"P001_x{i}", f"mot/P001_x{i}.mot", "ingest", "rejected", "no_frames"]
        for i in range(4)
    ]
    rows.append(["clinic", "P002", "P002_1", "mot/P002_1.mot", "ingest", "warning", "gap"])
    rows.append(["clinic", "P009", "P009_1", "mot/a.mot", "strip_and_zero", "rejected", "short"])
    issues = pd.DataFrame(rows, columns=columns)
    issues["detail"] = "the file holds a header and no row of numbers; export it again"
    issues.to_parquet(folder / "ingest_report.parquet")


def _write_reconstruction(folder: Path, trial_ids: pd.Series) -> None:
    rng = np.random.default_rng(0)
    live = [name for name in JOINT_NAMES if not name.startswith(("mtp", "pro", "wrist"))]
    errors = {name: round(rng.gamma(4, 0.8), 2) * (name in live) for name in JOINT_NAMES}
    entry = {"n_participants": 40, "n_trials": 194, "rmse_deg_all": 2.4, "rmse_deg_live": 3.1}
    entry |= {
        "rmse_deg_per_joint": errors,
        "live_joints": live,
        "codebook_size": 512,
        "vocabulary_size": 512,
    }
    entry |= {"tokens_per_second": 7.5, "bits_per_second": 60.1, "bits_per_second_at_most": 67.5}
    entry |= {"zipf_slope": -0.4}
    entry |= {"perplexity": 301.2, "used_codes": 498, "dead_codes": 14, "steps": 1500}
    splits = ("train", "validation", "test")
    (folder / "metrics.json").write_text(json.dumps([{"split": s, **entry} for s in splits]))
    time_s = np.arange(0, 12, 1 / 30)
    curves = [
        pd.DataFrame({"trial_id": trial, "joint": joint, "time_s": time_s}).assign(
            original_deg=(wave := 25 * np.sin(5 * time_s + k)),
            reconstructed_deg=0.95 * wave + np.sin(17 * time_s),
        )
        for trial in trial_ids[:3]
        for k, joint in enumerate(live)
    ]
    pd.concat(curves).to_parquet(folder / "curves.parquet")


def _write_measures(folder: Path, trials: pd.DataFrame) -> None:
    """Every second trial walks; each of its errors is -2 or 1."""
    folder.mkdir(parents=True)
    rows = trials[["trial_id", "participant_id"]].assign(split="test", n_frames=60)
    walks = np.arange(len(rows)) % 2 == 0
    signed = np.where(np.arange(len(rows)) % 4 == 0, -2.0, 1.0)
    for name in ("rmse_deg", "p95_deg", "range_error_deg", "tokens_changed"):
        rows[name] = 0.5
    rows["range_bias_deg"] = -0.25
    for name in ("cadence_steps_min", "walking_speed_m_s", "swing_knee_deg"):
        rows[name] = np.where(walks, signed, np.nan)
    rows["contact_ms"] = np.where(walks, 12.0, np.nan)
    rows["contacts_missed"] = np.where(walks, 0.1, np.nan)
    rows.to_parquet(folder / "trials.parquet")
    joints = pd.DataFrame({"split": "test", "joint": JOINT_NAMES, "live": True})
    joints.assign(rmse_deg=1.5, p95_deg=3.0).to_parquet(folder / "joints.parquet")
    _write_reconstruction(folder, trials["trial_id"])


def _write_joint_angles(path: Path, trials: pd.DataFrame) -> None:
    """Two seconds of swinging joints for each trial; what a source lacks is NaN."""
    phase = np.arange(60)[:, None] / 5 + np.arange(34)
    with FrameWriter(path, JOINT_NAMES, unit="rad") as writer:
        for row in trials.itertuples():
            angles = 0.4 * np.sin(phase + row.duration_s)
            angles[:, [JOINT_NAMES.index(name) for name in row.missing_joints]] = np.nan
            writer.write({"trial_id": row.trial_id, "participant_id": row.participant_id}, angles)


def _save_untrained(folder: Path) -> None:
    cfg = TINY.model_copy(update={"codebook_size": 8, "code_dim": 4, "width": 8, "depth": 1})
    torch.manual_seed(0)
    model = MotionTokenizer(cfg, len(JOINT_NAMES)).eval()
    zeros = np.zeros(len(JOINT_NAMES), np.float32)
    statistics = Statistics(zeros, zeros + 1, zeros == 0)
    save_tokenizer(folder, Trained(model, statistics), cfg, 30.0, [])


def _write_cohort(folder: Path, trials: pd.DataFrame) -> None:
    folder.mkdir()
    rows = trials.assign(file="a.mot", walking_speed_m_s=np.round(trials["duration_s"] / 10, 2))
    rows = rows[["trial_id", "participant_id", "file", "walking_speed_m_s"]]
    rows.to_csv(folder / "trials.tsv", sep="\t", index=False)
    people = rows[["participant_id"]].drop_duplicates()
    people["sex"] = [("female", "n/a", "male")[i % 3] for i in range(len(people))]
    people.to_csv(folder / "participants.tsv", sep="\t", index=False)


def _write_benchmarks(folder: Path) -> None:
    columns = "s\th:m:s\tmax_rss\tmax_vms\n"
    for rule, seconds, memory in (("finetune", 151.4, "2210.5"), ("ingest", 4.2, "-")):
        for seed in range(3):
            path = folder / rule / "holdout" / f"seed-{seed}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{columns}{seconds + seed}\t0:02:31\t{memory}\t4000\n")
    (folder / "index_trials.tsv").write_text(f"{columns}0.8\t0:00:00\t180.2\t4000\n")
