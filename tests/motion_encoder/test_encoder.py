"""The motion encoder learns what kinematics measure, and what it says of a movement is its own."""

import json

import numpy as np
import pytest
import torch

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter
from biomechgpt.body.mirror import mirrored
from biomechgpt.errors import InputError
from biomechgpt.motion_encoder import encoder_training
from biomechgpt.motion_encoder.encoder_folder import load_encoder, save_encoder
from biomechgpt.motion_encoder.encoder_network import padded
from biomechgpt.motion_encoder.facts import as_bumps
from biomechgpt.motion_encoder.feature_files import encode_shards, read_features
from biomechgpt.motion_encoder.signals import signal_of
from tests.helpers.small_model import ENCODER_SETTINGS
from tests.motion_encoder.conftest import RATE_HZ, walk


@pytest.fixture
def folder(trained, tmp_path):
    model, scale, _, statistics = trained
    save_encoder(tmp_path / "e", model, statistics, scale, ENCODER_SETTINGS, RATE_HZ)
    return tmp_path / "e"


def tokens_of(model, signals):
    with torch.no_grad():
        return model(padded(signals, ENCODER_SETTINGS.downsampling))


def test_a_movement_is_read_alike_alone_and_beside_longer_ones(trained, movements):
    model, _, _, statistics = trained
    signals = [signal_of(angles, statistics, RATE_HZ) for angles in movements]
    together = tokens_of(model, signals)
    for row, signal in enumerate(signals):
        assert torch.allclose(together[row], tokens_of(model, [signal])[0], atol=1e-5)


def test_a_movement_shorter_than_a_step_is_read(trained):
    model, _, _, statistics = trained
    signal = signal_of(walk(100)[:3], statistics, RATE_HZ)
    assert torch.isfinite(tokens_of(model, [signal])).all()


def test_soft_tokens_have_spread_one_and_differ_from_each_other(trained, movements):
    model, _, _, statistics = trained
    tokens = tokens_of(model, [signal_of(movements[0], statistics, RATE_HZ)])[0]
    assert tokens.shape == (ENCODER_SETTINGS.soft_tokens, ENCODER_SETTINGS.width)
    assert torch.allclose(tokens.std(-1, correction=0), torch.ones(len(tokens)), atol=1e-2)
    assert (tokens[0] - tokens[1]).abs().max() > 0.1


def test_cadence_of_new_walks_is_told_better_than_by_the_mean(trained):
    model, scale, _, statistics = trained
    place = scale.names.index("cadence_steps_min")
    truth = np.array([78.0, 92.0, 108.0, 122.0])
    signals = [signal_of(walk(c, 5.5, 47), statistics, RATE_HZ) for c in truth]
    told = model.tell_facts(tokens_of(model, signals)).detach().numpy()[:, place]
    told = told * scale.spread[place] + scale.mean[place]
    assert np.abs(told - truth).mean() < 0.5 * np.abs(truth - truth.mean()).mean()


def test_a_training_that_was_stopped_ends_with_the_same_weights(
    trained, views, movements, tmp_path, monkeypatch
):
    monkeypatch.setattr(encoder_training, "CHECKPOINT_EVERY", 20)
    whole_backward = encoder_training.EncoderTraining.backward

    def backward(self):
        if self.step == 35 and not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            raise KeyboardInterrupt
        return whole_backward(self)

    monkeypatch.setattr(encoder_training.EncoderTraining, "backward", backward)
    arguments = (views, trained[3], RATE_HZ, ENCODER_SETTINGS, tmp_path / "c", "code")
    with pytest.raises(KeyboardInterrupt):
        encoder_training.train_encoder(*arguments)
    resumed, _, _ = encoder_training.train_encoder(*arguments)
    for name, weight in trained[0].state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name


def test_the_folder_reads_movements_as_the_network_did(trained, folder, movements):
    model, scale, _, statistics = trained
    encoder = load_encoder(folder)
    expected = tokens_of(model, [signal_of(movements[3], statistics, RATE_HZ)])[0]
    features = encoder.features(movements[3])
    assert features.shape == encoder.shape == (len(expected) + len(encoder.told), 16)
    assert np.allclose(features[: len(expected)], expected, atol=1e-6)
    told = model.tell_facts(expected[None]).detach()[0, encoder.told]
    assert np.allclose(features[len(expected) :], as_bumps(told.numpy(), 16), atol=1e-5)
    assert encoder.scale.names == scale.names
    assert encoder.sha256 == load_encoder(folder).sha256


def test_an_encoder_of_other_joints_is_refused(folder):
    path = folder / "motion_encoder.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"joints": ["knee"]}))
    with pytest.raises(InputError, match=r"motion_encoder\.json: made for other joints"):
        load_encoder(folder)


def test_features_of_a_shard_are_those_of_its_accepted_trials(folder, movements, tmp_path):
    with FrameWriter(tmp_path / "0.parquet", JOINT_NAMES, unit="rad") as writer:
        for number, angles in enumerate(movements[:3]):
            writer.write({"trial_id": f"t{number}"}, angles)
    encode_shards(folder, [tmp_path / "0.parquet"], {"t0", "t2"}, tmp_path / "f.parquet")
    table, encoder = read_features(tmp_path / "f.parquet"), load_encoder(folder)
    assert set(table.recorded) == set(table.mirrored) == {"t0", "t2"}
    assert table.encoder_sha256 == encoder.sha256
    assert np.allclose(table.recorded["t2"].features, encoder.features(movements[2]))
    assert np.allclose(table.mirrored["t2"].features, encoder.features(mirrored(movements[2])))
    facts = encoder.facts(mirrored(movements[2]))
    assert np.array_equal(table.mirrored["t2"].facts, facts, equal_nan=True)
