import json

import numpy as np
import pandas as pd
import pytest

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.gait_events import contact_times_s
from biomechgpt.tokenizer.code_use import zipf_slope
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.measure import measure_tokenizer
from biomechgpt.tokenizer.movement_errors import gait_errors, joint_errors
from biomechgpt.tokenizer.storage import load_tokenizer, save_tokenizer
from biomechgpt.tokenizer.tokenising import tokenise_shard
from biomechgpt.tokenizer.trial_tables import tokens_changed
from tests.helpers.small_tokenizer import TINY, angles, encoded_and_decoded, train_on, write_tables

RATE_HZ = 30.0
EVERYONE = {f"t{number:02d}" for number in range(12)}


def walking(seconds=6.0, stride_hz=0.9, later_s=0.0, knee_deg=60.0):
    """Hips that swing against each other and knees that bend once a stride, (T, 34) in rad."""
    time_s = np.arange(0, seconds, 1 / RATE_HZ) - later_s
    moved = np.zeros((len(time_s), 34), np.float32)
    for side, phase in (("r", 0.0), ("l", np.pi)):
        turn = 2 * np.pi * stride_hz * time_s + phase
        moved[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = np.deg2rad(20) * np.sin(turn)
        bent = knee_deg * np.exp(4 * (np.cos(turn + 1.0) - 1))
        moved[:, JOINT_NAMES.index(f"knee_angle_{side}")] = -np.deg2rad(bent)
    return moved


def test_the_same_movement_has_no_error():
    errors = gait_errors(walking(), walking(), RATE_HZ)
    assert errors == pytest.approx(dict.fromkeys(errors, 0.0))


def test_contacts_come_once_a_stride_and_alternate():
    times_s = contact_times_s(walking(), RATE_HZ)
    assert np.diff(times_s["r"]) == pytest.approx(1 / 0.9, abs=0.01)
    assert (times_s["l"][0] - times_s["r"][0]) % (1 / 0.9) == pytest.approx(0.5 / 0.9, abs=0.02)


def test_a_delay_is_read_from_the_contacts():
    errors = gait_errors(walking(), walking(later_s=0.02), RATE_HZ)
    assert errors["contact_ms"] == pytest.approx(20, abs=2)
    assert errors["cadence_steps_min"] == pytest.approx(0, abs=0.5)


def test_a_stiffer_knee_and_a_slower_rhythm_are_read_with_their_sign():
    stiff = gait_errors(walking(), walking(knee_deg=45.0), RATE_HZ)
    assert stiff["swing_knee_deg"] == pytest.approx(-15, abs=0.5)
    slow = gait_errors(walking(), walking(stride_hz=0.8), RATE_HZ)
    assert slow["cadence_steps_min"] == pytest.approx(-12, abs=1)


def test_standing_has_no_gait_errors():
    still = np.zeros((120, 34), np.float32)
    assert all(np.isnan(value) for value in gait_errors(still, still, RATE_HZ).values())


def test_joint_errors_are_means_over_live_joints():
    original = np.zeros((100, 34), np.float32)
    made = original.copy()
    made[:, 3] = np.deg2rad(np.where(np.arange(100) < 10, 6.0, 2.0))
    live = np.zeros(34, bool)
    live[[3, 4]] = True
    errors = joint_errors(original, made, live)
    assert errors["rmse_deg"] == pytest.approx(np.sqrt(0.1 * 36 + 0.9 * 4) / 2, rel=1e-4)
    assert errors["p95_deg"] == pytest.approx(3.0, rel=1e-4)
    assert errors["range_bias_deg"] == pytest.approx(2.0, rel=1e-4)


def test_zipf_slope_of_zipfian_and_of_even_use():
    assert zipf_slope(1e6 / np.arange(1, 200)) == pytest.approx(-1)
    assert zipf_slope(np.full(50, 7.0)) == pytest.approx(0)
    assert zipf_slope(np.array([3.0, 0.0])) is None


@pytest.fixture(scope="module")
def folder(shard, tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer")
    trained = train_on([shard], EVERYONE, TINY, path / "checkpoints")
    save_tokenizer(path, trained, TINY, RATE_HZ, ["mtp_angle_r"])
    return path


def test_tables_hold_every_held_out_trial_and_joint(folder, shard, tmp_path):
    people = {trial: f"p{number % 4}" for number, trial in enumerate(sorted(EVERYONE))}
    splits = {"p0": "train", "p1": "train", "p2": "validation", "p3": "test"}
    tables = write_tables(tmp_path, people, splits)
    tokenise_shard(folder, shard, EVERYONE, tmp_path / "tokens.parquet")
    measures = tmp_path / "measures"
    measure_tokenizer(folder, tmp_path / "tokens.parquet", [shard], *tables, "f", measures)
    rows = pd.read_parquet(measures / "trials.parquet").set_index("trial_id")
    assert set(rows.index) == {"t02", "t06", "t10", "t03", "t07", "t11"}
    assert rows.loc["t03", "split"] == "test"
    tokenizer = load_tokenizer(folder)
    result = encoded_and_decoded(tokenizer, angles(55, 3))
    expected = joint_errors(angles(55, 3)[:52], result.decoded_rad, tokenizer.statistics.live)
    assert rows.loc["t03", "rmse_deg"] == pytest.approx(expected["rmse_deg"], abs=1e-3)
    joints = pd.read_parquet(measures / "joints.parquet").set_index(["split", "joint"])
    assert joints.loc[("test", "mtp_angle_r"), "rmse_deg"] == 0
    assert joints.loc[("test", "knee_angle_r"), "rmse_deg"] > 0
    metrics = json.loads((measures / "metrics.json").read_text())
    assert [(m["split"], m["n_trials"]) for m in metrics] == [
        ("test", 3),
        ("train", 6),
        ("validation", 3),
    ]
    drawn = pd.read_parquet(measures / "curves.parquet").query("joint == 'knee_angle_r'")
    assert set(drawn["trial_id"]) == {"t03", "t07", "t11"}
    known = np.rad2deg(angles(55, 3)[:52, 3])
    assert drawn.query("trial_id == 't03'")["original_deg"].to_numpy() == pytest.approx(
        known, abs=1e-3
    )


def test_tokens_changed_counts_tokens_that_differ(folder, monkeypatch):
    tokenizer = load_tokenizer(folder)
    result = encoded_and_decoded(tokenizer, angles(60, 4))
    still = np.repeat(angles(60, 4)[:1], 60, axis=0)
    assert 0 <= tokens_changed(result) <= 1
    held = encoded_and_decoded(tokenizer, still)
    other = held._replace(tokens=np.where(np.arange(len(held.tokens)) < 5, -1, held.tokens))
    assert tokens_changed(other) - tokens_changed(held) == pytest.approx(
        (5 - (held.tokens[:5] != encode_trial(tokenizer, still[1:])[:5]).sum()) / 14
    )
