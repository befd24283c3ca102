import os
import signal

import numpy as np
import pytest
import torch

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.body.frames import FrameWriter, read_trials
from biomechgpt.body.mirror import mirrored
from biomechgpt.errors import InputError
from biomechgpt.tokenizer import losses, training
from biomechgpt.tokenizer import statistics as statistics_module
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics, fit_statistics, normalise, restore
from biomechgpt.tokenizer.training import TokenizerTraining
from biomechgpt.tokenizer.windows import draw_windows, store_frames
from tests.helpers.small_tokenizer import ABSENT, ZEROED, angles, train_on

pytestmark = pytest.mark.slow
EVERYONE = {f"t{number:02d}" for number in range(12)}


def store_of(shard, trial_ids, folder):
    return store_frames([shard], dict.fromkeys(trial_ids, "train"), folder)["train"]


def weights(trained):
    return {name: value.clone() for name, value in trained.model.state_dict().items()}


def test_interrupted_and_resumed_equals_uninterrupted(shard, tmp_path, tiny_cfg, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 20)
    whole = weights(train_on([shard], EVERYONE, tiny_cfg, tmp_path / "whole"))
    step = TokenizerTraining.backward

    def killed_at_step_45(*args):
        if (calls := calls_so_far.pop() + 1) > 45:
            raise KeyboardInterrupt
        calls_so_far.append(calls)
        return step(*args)

    calls_so_far = [0]
    monkeypatch.setattr(TokenizerTraining, "backward", killed_at_step_45)
    with pytest.raises(KeyboardInterrupt):
        train_on([shard], EVERYONE, tiny_cfg, tmp_path / "cut")
    monkeypatch.setattr(TokenizerTraining, "backward", step)
    torch.manual_seed(99)
    resumed = weights(train_on([shard], EVERYONE, tiny_cfg, tmp_path / "cut"))
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


PATIENT = {
    "network": "patches",
    "levels": 2,
    "read_levels": 2,
    "downsampling": 8,
    "mirror": True,
    "posture_mixing": 1.0,
    "averaging": 0.9,
    "bfloat16": True,
    "unquantised_steps": 10,
    "patience_steps": 40,
    "steps": 400,
}


def test_a_patient_training_resumes_as_if_never_stopped(shard, tmp_path, tiny_cfg, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 20)
    learnt = {f"t{number:02d}" for number in range(12) if number % 4}
    held_out, cfg = EVERYONE - learnt, tiny_cfg.model_copy(update=PATIENT)
    whole = train_on([shard], learnt, cfg, tmp_path / "whole", held_out)
    step = TokenizerTraining.backward
    for stop in (5, 30, whole.history[-1]["step"] - 5):
        calls = []

        def killed(*args, calls=calls, stop=stop):
            calls.append(1)
            if len(calls) > stop:
                raise KeyboardInterrupt
            return step(*args)

        monkeypatch.setattr(TokenizerTraining, "backward", killed)
        with pytest.raises(KeyboardInterrupt):
            train_on([shard], learnt, cfg, tmp_path / f"cut{stop}", held_out)
        monkeypatch.setattr(TokenizerTraining, "backward", step)
        torch.manual_seed(99)
        resumed = train_on([shard], learnt, cfg, tmp_path / f"cut{stop}", held_out)
        first, second = weights(whole), weights(resumed)
        assert all(torch.equal(first[name], second[name]) for name in first)
        assert [e["validation_deg"] for e in whole.history] == [
            e["validation_deg"] for e in resumed.history
        ]


def test_training_ends_when_validation_no_longer_improves(shard, tmp_path, tiny_cfg, monkeypatch):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 10)
    monkeypatch.setattr(training, "live_error_deg", lambda *args: next(errors))
    errors = iter([5.0, 4.0, 3.99, 3.98, 3.97, 3.0, 3.0, 3.0])
    cfg = tiny_cfg.model_copy(update={"patience_steps": 30, "steps": 500})
    trained = train_on([shard], {"t00"}, cfg, tmp_path, {"t01"})
    assert trained.history[-1]["step"] == 65


def test_patience_without_validation_participants_is_an_error(shard, tmp_path, tiny_cfg):
    with pytest.raises(InputError, match="no validation participant"):
        train_on([shard], EVERYONE, tiny_cfg.model_copy(update={"patience_steps": 5}), tmp_path)


def test_statistics_of_both_sides_are_those_of_frames_and_mirror_images():
    frames = np.concatenate([angles(60, 0), angles(60, 1)])
    frames[:30, 0] = np.nan
    both = fit_statistics(frames, mirror=True)
    expected = fit_statistics(np.concatenate([frames, mirrored(frames)]))
    for statistic, wanted in zip(both, expected, strict=True):
        assert statistic == pytest.approx(wanted, abs=1e-5)


def test_half_of_the_windows_are_mirrored(shard, tmp_path):
    store = store_of(shard, {"t00"}, tmp_path)
    as_drawn, _ = draw_windows(store, 400, 40, torch.Generator().manual_seed(0))
    turned, _ = draw_windows(store, 400, 40, torch.Generator().manual_seed(0), mirror=True)
    same = np.array([np.array_equal(a, b) for a, b in zip(as_drawn, turned, strict=True)])
    assert 0.4 < same.mean() < 0.6
    other = np.flatnonzero(~same)[0]
    assert np.array_equal(turned[other], mirrored(as_drawn[other]))


def test_windows_take_on_postures_of_others_and_keep_their_movement(shard, tmp_path):
    store = store_of(shard, {"t00", "t01", "t02"}, tmp_path)
    own, _ = draw_windows(store, 300, 40, torch.Generator().manual_seed(0))
    mixed, _ = draw_windows(store, 300, 40, torch.Generator().manual_seed(0), posture_mixing=1.0)
    posture, shift = own.mean(axis=1), (mixed - own).mean(axis=1)
    assert mixed - mixed.mean(axis=1, keepdims=True) == pytest.approx(
        own - own.mean(axis=1, keepdims=True), abs=1e-5, nan_ok=True
    )
    lacking = np.isnan(own).any(axis=1)
    assert np.array_equal(lacking, np.isnan(mixed).any(axis=1))
    known = ~lacking.any(axis=0)
    lowest, highest = posture[:, known].min(axis=0), posture[:, known].max(axis=0)
    moved = (posture + shift)[:, known]
    assert (moved > lowest - 1e-5).all()
    assert (moved < highest + 1e-5).all()
    assert 0.1 < np.abs(shift[:, 0]).mean() / np.ptp(posture[:, 0]) < 0.4
    # Who lacks a joint lends no posture of it, and none is made up for them.
    whole = ~lacking[:, ABSENT]
    assert (shift[whole, ABSENT] == 0).any()
    assert (shift[whole, ABSENT] != 0).any()


def test_spread_weight_makes_the_widest_joint_count_most(tiny_cfg):
    statistics = Statistics(*(np.array(v, np.float32) for v in ([0, 0], [3, 1])), np.ones(2, bool))
    windows, real = np.zeros((1, 8, 2), np.float32), torch.ones(1, 8, dtype=bool)

    def loss(joint, spread_weight):
        cfg = tiny_cfg.model_copy(update={"spread_weight": spread_weight})
        parts = losses.losses_of(_Off(joint), windows, real, statistics, cfg)
        return parts.reconstruction.item()

    assert loss(0, 0.0) == loss(1, 0.0)
    assert loss(0, 1.0) == pytest.approx(3 * loss(1, 1.0))


class _Off(torch.nn.Linear):
    """A network that errs by half a spread on one joint."""

    def __init__(self, joint):
        super().__init__(1, 1)
        self.joint = joint

    def forward(self, normalised):
        made = normalised.clone()
        made[..., self.joint] += 0.5
        return made, torch.zeros(())


def test_sigterm_writes_a_checkpoint_and_a_damaged_one_gives_way(
    shard, tmp_path, tiny_cfg, monkeypatch
):
    monkeypatch.setattr(training, "CHECKPOINT_EVERY", 20)
    whole = weights(train_on([shard], EVERYONE, tiny_cfg, tmp_path / "whole"))
    step = TokenizerTraining.backward

    def told_to_stop_in_step_45(*args):
        calls.append(1)
        if len(calls) == 45:
            os.kill(os.getpid(), signal.SIGTERM)
        return step(*args)

    calls, before = [], signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(TokenizerTraining, "backward", told_to_stop_in_step_45)
    with pytest.raises(SystemExit, match=r"after step 45 of .*; its checkpoint is written"):
        train_on([shard], EVERYONE, tiny_cfg, tmp_path / "cut")
    assert signal.getsignal(signal.SIGTERM) == before
    kept = sorted(path.name for path in (tmp_path / "cut").glob("checkpoint-*"))
    assert kept == ["checkpoint-40", "checkpoint-45"]
    state = tmp_path / "cut/checkpoint-45/state.pt"
    state.write_bytes(state.read_bytes()[:-1] + b"x")
    calls.clear()
    monkeypatch.setattr(TokenizerTraining, "backward", lambda *args: calls.append(1) or step(*args))
    resumed = weights(train_on([shard], EVERYONE, tiny_cfg, tmp_path / "cut"))
    assert len(calls) == tiny_cfg.steps - 40
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_checkpoint_of_another_config_is_not_resumed(shard, tmp_path, tiny_cfg):
    short = tiny_cfg.model_copy(update={"steps": 12})
    train_on([shard], EVERYONE, short, tmp_path)
    changed = short.model_copy(update={"learning_rate": 1e-3})
    resumed = weights(train_on([shard], EVERYONE, changed, tmp_path))
    fresh = weights(train_on([shard], EVERYONE, changed, tmp_path / "fresh"))
    assert all(torch.equal(fresh[name], resumed[name]) for name in fresh)


def test_checkpoint_of_other_data_is_not_resumed(shard, tmp_path, tiny_cfg):
    path = tmp_path / "0.parquet"
    path.write_bytes(shard.read_bytes())
    short = tiny_cfg.model_copy(update={"steps": 12})
    first = weights(train_on([path], EVERYONE, short, tmp_path / "c"))
    with FrameWriter(path, JOINT_NAMES, unit="rad") as writer:
        for trial in read_trials(shard):
            writer.write(trial.info, trial.frames[::-1])
    again = weights(train_on([path], EVERYONE, short, tmp_path / "c"))
    assert any(not torch.equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("bfloat16", [False, True])
def test_it_learns(shard, tmp_path, tiny_cfg, bfloat16):
    cfg = tiny_cfg.model_copy(update={"steps": 300, "bfloat16": bfloat16})
    trained = train_on([shard], EVERYONE, cfg, tmp_path)
    assert all(value.dtype != torch.bfloat16 for value in trained.model.state_dict().values())
    original = angles(80, 4)
    codes = trained.model.encode(torch.from_numpy(normalise(original, trained.statistics)))
    error = restore(trained.model.decode(codes).numpy(), trained.statistics) - original
    assert np.sqrt(np.mean(error**2)) < 0.6 * original.std()


def test_no_training_trial_is_an_error(shard, tmp_path, tiny_cfg):
    with pytest.raises(InputError, match="no training participant"):
        train_on([shard], {"somebody else"}, tiny_cfg, tmp_path)


def test_statistics_see_training_trials_only(shard, tmp_path):
    store = store_of(shard, {"t00", "t02"}, tmp_path)
    expected = np.concatenate([angles(40, 0), angles(50, 2)])
    assert np.array_equal(store.angles_rad, expected)
    statistics = fit_statistics(store.angles_rad)
    assert statistics.mean_rad == pytest.approx(expected.mean(axis=0), abs=1e-6)


def test_zeroed_joint_is_not_live_and_absent_joint_enters_at_the_mean():
    statistics = fit_statistics(np.concatenate([angles(60, 0), angles(60, 1)]))
    assert not statistics.live[ZEROED]
    assert statistics.live[ABSENT]
    scaled = normalise(angles(60, 1), statistics)
    assert np.isfinite(scaled).all()
    assert (scaled[:, [ZEROED, ABSENT]] == 0).all()
    assert restore(scaled, statistics)[:, ABSENT] == pytest.approx(statistics.mean_rad[ABSENT])


def test_normalise_and_restore_are_inverse_on_live_joints():
    original = angles(60, 0)
    statistics = fit_statistics(original)
    live = statistics.live
    back = restore(normalise(original, statistics), statistics)
    assert back[:, live] == pytest.approx(original[:, live], abs=1e-6)


def test_windows_lie_within_a_trial_and_long_trials_come_more_often(shard, tmp_path):
    store = store_of(shard, EVERYONE, tmp_path)
    generator = torch.Generator().manual_seed(0)
    windows, real = draw_windows(store, 2000, 32, generator)
    assert real.all()
    first = {tuple(frame) for frame in np.nan_to_num(store.angles_rad).round(5).tolist()}
    assert tuple(np.nan_to_num(windows[0, 0]).round(5).tolist()) in first
    absent = np.isnan(windows[:, 0, ABSENT])
    assert (absent == np.isnan(windows[:, -1, ABSENT])).all()
    assert 0.45 < absent.mean() < 0.6


def test_short_trial_is_padded_and_marked(shard, tmp_path):
    store = store_of(shard, {"t00"}, tmp_path)
    windows, real = draw_windows(store, 4, 64, torch.Generator().manual_seed(0))
    assert real.sum(dim=1).tolist() == [40] * 4
    assert np.isnan(windows[:, 40:]).all()


def test_loss_does_not_look_at_absent_or_zeroed_joints():
    torch.manual_seed(0)
    value, target = torch.randn(4, 32, 34), torch.randn(4, 32, 34)
    observed = torch.ones(4, 32, 34, dtype=torch.bool)
    observed[..., [ZEROED, ABSENT]] = False
    far = torch.where(observed, target, target + 100)
    loss = losses.masked_smooth_l1(value, target, observed, torch.ones(34))
    assert torch.equal(loss, losses.masked_smooth_l1(value, far, observed, torch.ones(34)))
    seen = observed[0, 0]
    error = (value - target)[..., seen].abs()
    smooth = torch.where(error < 1, 0.5 * error**2, error - 0.5).mean()
    assert loss.item() == pytest.approx(smooth.item(), rel=1e-5)


def test_velocity_loss_is_a_finite_difference(tiny_cfg):
    torch.manual_seed(0)
    model = MotionTokenizer(tiny_cfg, 34).eval()
    target = torch.randn(2, 32, 34)
    reconstruction, _ = model(target)
    error = (reconstruction[:, 1:] - reconstruction[:, :-1]) - (target[:, 1:] - target[:, :-1])
    smooth = torch.where(error.abs() < 1, 0.5 * error**2, error.abs() - 0.5).mean()
    zeros = np.zeros(34, np.float32)
    statistics = Statistics(zeros, zeros + 1, zeros == 0)
    real = torch.ones(2, 32, dtype=torch.bool)
    velocity = losses.losses_of(model, target.numpy(), real, statistics, tiny_cfg).velocity
    assert velocity.item() == pytest.approx(smooth.item())


def test_statistics_are_the_same_in_parts(monkeypatch):
    frames = np.concatenate([angles(61, 0), angles(60, 1)])
    frames[40:70, 3] = np.nan
    whole = fit_statistics(frames)
    monkeypatch.setattr(statistics_module, "FRAMES_AT_ONCE", 25)
    for statistic, expected in zip(fit_statistics(frames), whole, strict=True):
        assert np.allclose(statistic, expected, rtol=1e-6, equal_nan=True)
    assert np.isclose(whole.mean_rad[3], np.nanmean(frames[:, 3]), rtol=1e-5)
