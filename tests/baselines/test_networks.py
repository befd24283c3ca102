"""Networks on movements learn what is in the frames, whatever the lengths, and nothing of padding."""

import numpy as np
import pytest
import torch

from biomechgpt.baselines import networks
from biomechgpt.baselines.movement_series import movement_series
from biomechgpt.baselines.networks import (
    FEWEST_TO_CHOOSE_BY,
    NETWORKS,
    _batches_of_like_length,
    _padded,
    _varied,
    predict,
)
from biomechgpt.baselines.task_examples import Examples, TaskExamples
from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter

OPTIONS = ["slow", "quick"]


@pytest.fixture(autouse=True)
def short_training(monkeypatch):
    """Half as wide, and learning five times as fast: 80 steps are enough to tell the swings apart."""
    monkeypatch.setattr(networks, "WIDTH", 32)
    monkeypatch.setattr(networks, "LEARNING_RATE", 1e-2)
    monkeypatch.setattr(networks, "STEPS", 80)


def swings(n, seed):
    """Movements (T, 2) of unequal length that swing once in 8 frames or once in 4, noise beside."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=n)
    features = np.empty(n, object)
    for place, quick in enumerate(truth):
        frame = np.arange(rng.integers(16, 24))
        swing = np.sin(2 * np.pi * frame / (4 if quick else 8) + rng.uniform(0, 6))
        features[place] = np.stack([swing, rng.standard_normal(len(frame))], 1).astype(np.float32)
    return features, truth


def task(kind):
    parts = []
    for seed, n in enumerate((60, 20, 20)):
        features, quick = swings(n, seed)
        truth = np.array(OPTIONS)[quick] if kind == "class" else 1.0 + quick
        parts.append(Examples(features, truth, np.array([f"{seed}-{i}" for i in range(n)])))
    training, validation, held_out = parts
    options = OPTIONS if kind == "class" else []
    ids = [str(i) for i in range(20)]
    return TaskExamples("pace", "pace", options, ids, training, held_out, validation)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_rhythm_is_learnt(network):
    examples = task("class")
    answers, shares = predict(examples, network, seed=0)
    assert (answers == examples.held_out.truth).mean() >= 0.9
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)


def test_a_number_is_learnt_and_stays_within_training():
    examples = task("number")
    answers, shares = predict(examples, "convolution", seed=0)
    assert shares is None
    assert np.abs(answers - examples.held_out.truth).mean() < 0.25
    assert answers.min() >= 1
    assert answers.max() <= 2


@pytest.mark.parametrize("network", NETWORKS)
def test_a_movement_beside_a_longer_one_is_read_as_it_is_alone(network):
    torch.manual_seed(0)
    model = NETWORKS[network](2).eval()
    movements, _ = swings(4, seed=5)
    together = model(*_padded(movements))
    for place, movement in enumerate(movements):
        alone = model(*_padded([movement]))[0]
        torch.testing.assert_close(together[place], alone, atol=1e-5, rtol=1e-4)


def test_the_same_seed_gives_the_same_answers(monkeypatch):
    monkeypatch.setattr(networks, "STEPS", 20)
    examples = task("class")
    first, again = (predict(examples, "gru", seed=3)[1] for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("n_people", [FEWEST_TO_CHOOSE_BY - 1, FEWEST_TO_CHOOSE_BY])
def test_only_enough_validation_people_choose_what_is_kept(monkeypatch, n_people):
    """Where validation people choose and all their labels are wrong, what has hardly learnt is kept."""
    monkeypatch.setattr(networks, "STEPS_BETWEEN_LOOKS", 1)
    examples = task("class")
    turned = np.where(examples.validation.truth == "slow", "quick", "slow")
    people = np.resize(list("abcdefgh"[:n_people]), len(turned))
    validation = examples.validation._replace(participants=people, truth=turned)
    answers, _ = predict(examples._replace(validation=validation), "convolution", seed=0)
    share_right = (answers == examples.held_out.truth).mean()
    assert (share_right >= 0.9) == (n_people < FEWEST_TO_CHOOSE_BY)


def test_batches_hold_each_movement_once_a_pass_and_are_of_like_length():
    rng = np.random.default_rng(0)
    movements = [np.zeros((n, 1), np.float32) for n in rng.integers(10, 200, size=256)]
    batches = _batches_of_like_length(movements)
    first = [next(batches) for _ in range(8)]
    assert sorted(torch.cat(first).tolist()) == list(range(256))
    spreads = [np.ptp([len(movements[place]) for place in batch]) for batch in first]
    assert np.mean(spreads) < 50  # of 190


def test_movements_are_varied_each_otherwise_and_padding_is_not():
    torch.manual_seed(0)
    frames, lengths = _padded([np.ones((n, 2), np.float32) for n in (40, 10)])
    varied = _varied(frames, lengths)
    assert not varied[1, 10:].any()
    offsets = varied[0].mean(dim=0) - 1
    assert offsets.abs().min() > networks.NOISE / 5  # a movement's own, the same in each frame
    assert not torch.allclose(varied[0, :10], varied[1, :10], atol=0.05)


def test_shuffled_labels_teach_nothing(monkeypatch):
    monkeypatch.setattr(networks, "STEPS", 60)
    examples = task("class")
    rng = np.random.default_rng(0)
    shuffled = examples.training._replace(truth=rng.permutation(examples.training.truth))
    none = examples.validation._replace(truth=rng.permutation(examples.validation.truth))
    answers, _ = predict(examples._replace(training=shuffled, validation=none), "gru", seed=0)
    assert (answers == examples.held_out.truth).mean() < 0.8


@pytest.fixture
def shard(tmp_path):
    rng = np.random.default_rng(0)
    with FrameWriter(tmp_path / "0.parquet", JOINT_NAMES, unit="rad") as writer:
        for name in ("a", "b"):
            frames = 0.3 * rng.standard_normal((61, len(JOINT_NAMES)))
            frames[:, JOINT_NAMES.index("mtp_angle_r")] = 0
            if name == "b":
                frames[:, JOINT_NAMES.index("arm_flex_r")] = np.nan
            writer.write({"trial_id": name}, frames)
    return [tmp_path / "0.parquet"]


def test_series_are_standardised_over_training_trials_alone(shard):
    series = movement_series(shard, {"a"}, centres=False)
    a, b = (series.values[series.trial_ids.get_loc(name)] for name in "ab")
    assert a.shape == (31, 33)  # every second frame, without the joint that never moves
    np.testing.assert_allclose(a.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(a.std(axis=0), 1, atol=1e-4)
    assert np.abs(b.mean(axis=0)).max() > 0.1
    arm = [name for name in JOINT_NAMES if name != "mtp_angle_r"].index("arm_flex_r")
    assert not b[:, arm].any()


def test_joint_centres_of_the_body_are_read_too(shard):
    series = movement_series(shard, {"a", "b"}, centres=True)
    assert np.isfinite(series.values[1]).all()
    assert series.values[0].shape[0] == 31
    assert series.values[0].shape[1] > 34
