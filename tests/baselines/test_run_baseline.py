"""Every kind of baseline from files to a table of predictions."""

import json
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from biomechgpt.baselines import gait_features as gait_features_module
from biomechgpt.baselines import networks
from biomechgpt.baselines.gait_features import measure_shard, read_gait_features
from biomechgpt.baselines.kinds import KINDS, inputs_of
from biomechgpt.baselines.run import run_baseline
from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.motion_encoder.feature_files import encode_shards
from biomechgpt.questions.predictions import read_predictions
from biomechgpt.questions.truths import SCHEMA, write_rows
from biomechgpt.settings.baselines_section import BaselineSettings
from biomechgpt.tokenizer.tokens import FIELDS, TokensMetadata
from tests.helpers.small_model import write_encoder

SPLITS = ["train"] * 12 + ["validation"] * 2 + ["test"] * 4  # one entry a participant
SOURCES = {  # what a baseline of some kinds names of the config
    "histogram": {"tokenizer": "compact"},
    "n_grams": {"tokenizer": "compact"},
    "soft_tokens": {"motion_encoder": "soft"},
}
OF_VIDEOS = {"source", "probe"}  # tests/baselines/test_video_features.py has their files
OF_MOVEMENTS = [kind for kind in KINDS if kind not in OF_VIDEOS]
TASKS = {"side": "side", "pace": "cadence_steps_min", "clock": "tug_s"}


def walk(stride_hz, seconds):
    time = np.arange(int(30 * seconds)) / 30
    frames = np.zeros((len(time), len(JOINT_NAMES)), np.float32)
    for side, sign in (("r", 1), ("l", -1)):
        phase = np.sin(2 * np.pi * stride_hz * time)
        frames[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = 0.4 * sign * phase
    return frames


@pytest.fixture(scope="module")
def trials():
    """Two trials a participant; the stride's frequency and the length differ."""
    rng = np.random.default_rng(0)
    return [
        {
            "trial_id": f"t{person}-{number}",
            "participant_id": f"p{person}",
            "split": split,
            "stride_hz": rng.uniform(0.6, 1.2),
            "duration_s": float(rng.integers(4, 9)),
        }
        for person, split in enumerate(SPLITS)
        for number in range(2)
    ]


def true_answer(trial, task):
    number = {"pace": 120 * trial["stride_hz"], "clock": trial["duration_s"]}.get(task, np.nan)
    truth = ("quick" if trial["stride_hz"] > 0.9 else "slow") if task == "side" else f"{number:.3f}"
    return {name: trial[name] for name in ("trial_id", "participant_id", "split")} | {
        "task": task,
        "kind": "classification" if task == "side" else "regression",
        "options": ["slow", "quick", "never"] if task == "side" else [],
        "truth": truth,
        "truth_number": number,
    }


def write(path, truths):
    write_rows(path, truths[SCHEMA.names].itertuples(index=False, name=None), SCHEMA)


@pytest.fixture(scope="module")
def files(trials, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    with FrameWriter(folder / "angles.parquet", JOINT_NAMES, unit="rad") as writer:
        for trial in trials:
            info = {name: trial[name] for name in ("trial_id", "participant_id")}
            writer.write(info, walk(trial["stride_hz"], trial["duration_s"]))
    measure_shard(folder / "angles.parquet", 30.0, folder / "gait.parquet")
    pd.DataFrame(trials).to_parquet(folder / "trials.parquet")
    write_encoder(folder / "encoder")
    encoded = folder / "features.parquet"
    everyone = {trial["trial_id"] for trial in trials}
    encode_shards(folder / "encoder", [folder / "angles.parquet"], everyone, encoded)
    rows = [true_answer(trial, task) for task in TASKS for trial in trials]
    write(folder / "truths.parquet", pd.DataFrame(rows))
    (folder / "parameters.json").write_text(json.dumps({task: {} for task in TASKS}))
    codes = [np.arange(30, dtype=np.uint16) % (3 if t["stride_hz"] > 0.9 else 5) for t in trials]
    columns = [[t["trial_id"] for t in trials], [t["participant_id"] for t in trials]]
    columns += [[120] * len(trials), [30.0] * len(trials), codes, codes]
    metadata = TokensMetadata("x", "", 30.0, 4, 1, 8)
    schema = pa.schema(FIELDS, metadata=metadata.to_schema())
    table = pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)
    pq.write_table(table, folder / "tokens.parquet")
    return folder


def inputs(cfg, folder):
    files = {
        "trials": folder / "trials.parquet",
        "gait_features": [folder / "gait.parquet"],
        "joint_angles": [folder / "angles.parquet"],
        "tokens": [folder / "tokens.parquet"],
        "parameters": folder / "parameters.json",
        "motion_features": folder / "features.parquet",
    }
    return {name: files[name] for name in inputs_of(cfg)}


def run(kind, files, folder, truths=None, seeds=(0, 1), **cfg):
    truths = truths or files / "truths.parquet"
    predictions = {seed: folder / f"{kind}-{seed}.parquet" for seed in seeds}
    key = {"fold": "holdout", "variant": kind}
    cfg = BaselineSettings(kind=kind, **SOURCES.get(kind, {}), **cfg)
    run_baseline(cfg, inputs(cfg, files), TASKS, key, truths, predictions, (0, 1))
    return read_predictions(list(predictions.values()))


@pytest.fixture(scope="module", autouse=True)
def short_training():
    """Networks are small and take a few steps: tests/baselines/test_networks.py trains them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "WIDTH", 8)
        patch.setattr(networks, "STEPS", 2)
        yield


@pytest.fixture(scope="module")
def predictions(files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("predictions")
    return {kind: run(kind, files, folder) for kind in OF_MOVEMENTS}


def test_the_config_takes_every_kind_of_the_table():
    kinds = set(get_args(BaselineSettings.model_fields["kind"].annotation))
    assert kinds - set(KINDS) == {"late_fusion"}  # made of the answers of others
    assert kinds >= set(KINDS)


@pytest.mark.parametrize("kind", OF_MOVEMENTS)
def test_every_kind_answers_held_out_people_with_every_seed(predictions, kind):
    answers = predictions[kind]
    tasks = {"pace"} if kind == "measurement" else set(TASKS)
    assert set(answers["task"]) == tasks
    assert set(answers["split"]) == {"validation", "test"}
    assert len(answers) == len(tasks) * 2 * 12
    assert set(answers["seed"]) == {0, 1}
    assert set(answers["phrasing_id"]) == {""}
    assert not answers["phrasing_held_out"].any()
    classes = answers.query("kind == 'classification'")
    assert classes["probabilities"].map(sum).to_numpy() == pytest.approx(1.0)
    assert (classes["probabilities"].map(len) == 3).all()
    numbers = answers.query("kind == 'regression'")
    assert np.isfinite(numbers["number"].astype(float)).all()
    assert (
        numbers[["number_mean", "number_median", "number_low", "number_high"]].isna().all(axis=None)
    )


def test_each_reads_what_it_can_see(predictions):
    def error(kind, task):
        rows = predictions[kind].query("task == @task")
        return (rows["number"] - rows["truth_number"]).abs().mean()

    assert error("duration", "clock") < 0.2 < 0.8 < error("majority", "clock")
    assert error("measurement", "pace") < 2.0
    for kind in ("gait_features", "rocket", "measurement"):
        assert error(kind, "pace") < 0.5 * error("duration", "pace")
    for kind in ("histogram", "n_grams", "soft_tokens", "rocket"):
        rows = predictions[kind].query("task == 'side'")
        assert (rows["parsed"] == rows["truth"]).mean() > 0.8


def test_majority_says_what_is_most_frequent(predictions, files):
    training = pd.read_parquet(files / "truths.parquet").query("split == 'train'")
    answers = predictions["majority"]
    labels = training.query("task == 'side'")["truth"].value_counts(normalize=True)
    row = answers.query("task == 'side'").iloc[0]
    assert row["parsed"] == labels.index[0]
    assert row["probabilities"][2] == 0.0
    numbers = training.query("task == 'clock'")["truth_number"]
    assert set(answers.query("task == 'clock'")["number"]) == {numbers.median()}


@pytest.mark.parametrize("kind", OF_MOVEMENTS)
def test_labels_of_held_out_people_change_no_answer(predictions, files, kind, tmp_path):
    truths = pd.read_parquet(files / "truths.parquet")
    held_out = truths["split"] != "train"
    if kind.startswith(tuple(networks.NETWORKS)):  # validation participants end their training
        held_out = truths["split"] == "test"
    truths.loc[held_out, "truth_number"] = 1e6
    is_class = truths["kind"] == "classification"
    truths.loc[held_out & is_class, "truth"] = "never"
    write(tmp_path / "truths.parquet", truths)
    answers = run(kind, files, tmp_path, tmp_path / "truths.parquet", seeds=(0,))
    assert answers["answer"].tolist() == predictions[kind].query("seed == 0")["answer"].tolist()


def test_every_shuffle_is_a_run_of_its_own_and_they_differ(files, tmp_path, predictions):
    answers = run("duration", files, tmp_path, labels="shuffled", shuffles=7).query(
        "task == 'clock'"
    )
    by_seed = answers.pivot(index="trial_id", columns="seed", values="number")
    assert list(by_seed) == list(range(7))
    assert by_seed.notna().all(axis=None)
    assert not np.allclose(by_seed[0], by_seed[1])
    error = (answers["number"] - answers["truth_number"]).abs().mean()
    assert error > 0.5


def test_the_shuffles_of_seeds_that_are_answered_apart_are_those_of_all_together(files, tmp_path):
    options = {"labels": "shuffled", "shuffles": 5}
    together = run("duration", files, tmp_path, **options)
    apart = [run("duration", files, tmp_path, seeds=(seed,), **options) for seed in (0, 1)]
    pd.testing.assert_frame_equal(pd.concat(apart, ignore_index=True), together)


def test_a_task_without_training_labels_is_left_out(files, tmp_path):
    truths = pd.read_parquet(files / "truths.parquet")
    lost = (truths["task"] == "side") & (truths["split"] == "train")
    write(tmp_path / "truths.parquet", truths[~lost])
    answers = run("duration", files, tmp_path, tmp_path / "truths.parquet")
    assert set(answers["task"]) == {"pace", "clock"}


def test_a_median_where_gait_cannot_be_measured(files, tmp_path):
    gait = pd.read_parquet(files / "gait.parquet")
    gait["cadence_steps_min"] = np.float32(np.nan)
    gait.to_parquet(tmp_path / "gait.parquet")
    truths = files / "truths.parquet"
    paths = {0: tmp_path / "predictions.parquet"}
    gait_files, key = {"gait_features": [tmp_path / "gait.parquet"]}, {"fold": "f", "variant": "v"}
    run_baseline(BaselineSettings(kind="measurement"), gait_files, TASKS, key, truths, paths, (0,))
    training = pd.read_parquet(truths).query("split == 'train' and task == 'pace'")
    assert set(read_predictions([paths[0]])["number"]) == {training["truth_number"].median()}


def test_nothing_to_measure_writes_an_empty_table(files, tmp_path):
    truths = pd.read_parquet(files / "truths.parquet").query("task == 'side'")
    write(tmp_path / "truths.parquet", truths)
    assert run("measurement", files, tmp_path, tmp_path / "truths.parquet").empty


def test_gait_is_the_same_in_parts(files, tmp_path, monkeypatch):
    monkeypatch.setattr(gait_features_module, "TRIALS_AT_ONCE", 7)
    measure_shard(files / "angles.parquet", 30.0, tmp_path / "gait.parquet")
    expected = pd.read_parquet(files / "gait.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "gait.parquet"), expected)


def test_gait_of_a_shard_without_trials_can_be_read_with_others(files, tmp_path):
    with FrameWriter(tmp_path / "angles.parquet", JOINT_NAMES, unit="rad"):
        pass
    measure_shard(tmp_path / "angles.parquet", 30.0, tmp_path / "gait.parquet")
    both = read_gait_features([tmp_path / "gait.parquet", files / "gait.parquet"])
    expected = pd.read_parquet(files / "gait.parquet")
    pd.testing.assert_frame_equal(both[expected.columns], expected)
