"""Against figures taken once from aeon 1.6.0, which is no dependency, and against plain loops.

`aeon_golden.npz` holds four random series, the kernels that aeon drew (MultiRocket with 252 kernels, Hydra
with 6 groups of 4), and what it made of them. Of MultiRocket it holds the part on the series: on
their differences aeon 1.6.0 takes the channels of the series and shifts half of the taps by a frame.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from biomechgpt.baselines import linear
from biomechgpt.baselines.rocket import Kernels, draw_kernels, transform
from biomechgpt.baselines.rocket_features import rocket_features
from biomechgpt.baselines.task_examples import Examples


@pytest.fixture(scope="module")
def golden():
    return np.load(Path(__file__).with_name("aeon_golden.npz"))


@pytest.fixture(scope="module")
def kernels(golden):
    """Those of aeon, in our layout (dilation, angles or differences, ...)."""
    channels = np.stack([golden["channels"]] * 2, axis=1)
    thresholds = np.stack([golden["thresholds"].reshape(3, 84, 1)] * 2, axis=1)
    drawn = golden["hydra_channels"]  # (D, 2, G, channels drawn)
    groups = (drawn[..., None] == np.arange(5)).sum(axis=3)
    weights = golden["hydra_weights"].reshape(3, 2, 3, 4, 9)
    arrays = [torch.tensor(a, dtype=torch.float32) for a in (channels, thresholds, groups, weights)]
    return Kernels(golden["dilations"].tolist(), *arrays)


@pytest.fixture(scope="module")
def ours(golden, kernels):
    features = [transform(torch.from_numpy(series), kernels) for series in golden["series"]]
    return [torch.stack(part).numpy() for part in zip(*features, strict=True)]


@pytest.fixture(scope="module")
def multirocket(golden, ours):
    """Ours and aeon's as (series, share/stretch/mean/place, dilation, kernel)."""
    our_features = ours[0].reshape(4, 3, 2, 4, 84)[:, :, 0].transpose(0, 2, 1, 3)
    return our_features, golden["multirocket"].reshape(4, 4, 3, 84)


def test_share_above_the_threshold(multirocket):
    our_features, theirs = multirocket
    assert our_features[:, 0] == pytest.approx(theirs[:, 0], abs=1e-6)


def test_longest_stretch(multirocket):
    """Aeon counts one frame more inside a series than at its ends."""
    our_features, theirs = multirocket
    more = theirs[:, 1] - our_features[:, 1]
    assert set(np.unique(more)) <= {-1.0, 0.0, 1.0}
    assert (more == 1).mean() > 0.5


def test_mean_above_the_threshold(multirocket, golden):
    """Aeon adds the threshold to the response where the paper takes the distance to it."""
    our_features, theirs = multirocket
    expected = theirs[:, 2] - 2 * golden["thresholds"].reshape(3, 84)
    assert our_features[:, 2] == pytest.approx(np.where(theirs[:, 0] > 0, expected, 0.0), abs=2e-4)


def test_mean_place_above_the_threshold(multirocket, golden):
    """Aeon counts in frames; every second kernel is pooled without the ends of the series."""
    our_features, theirs = multirocket
    without_ends = (np.arange(3)[:, None] + np.arange(84)) % 2 == 1
    frames = np.where(without_ends, 34 - 8 * golden["dilations"][:, None], 34)
    expected = np.where(theirs[:, 0] > 0, theirs[:, 3] / frames, -1.0)
    assert our_features[:, 3] == pytest.approx(expected, abs=1e-5)


def test_differences_are_treated_as_a_series_of_their_own(golden, kernels, ours):
    """With the same kernels, part two of a series is part one of its differences."""
    differences = torch.from_numpy(golden["series"][0]).diff()
    alone = transform(differences, kernels)[0].numpy().reshape(3, 2, -1)[:, 0]
    assert ours[0][0].reshape(3, 2, -1)[:, 1] == pytest.approx(alone, abs=1e-6)


def test_hydra(golden, ours):
    """Aeon's counts are not divided by the number of frames."""
    frames = np.tile(np.repeat([34, 33], 2 * 3 * 4), 3)
    assert ours[1] * frames == pytest.approx(golden["hydra"], abs=1e-4)


def test_longest_stretch_against_a_loop(golden, kernels, ours):
    series, dilation = golden["series"][0], 2
    first = golden["channels"][1, 0].astype(float) @ series
    padded = np.pad(first, 8)
    weights = np.full(9, -1.0)
    weights[[0, 1, 2]] = 2.0
    response = [padded[t : t + 17 : 2] @ weights for t in range(34)][8:26]  # ends of odd kernels
    longest = run = 0
    for value in response:
        run = run + 1 if value > golden["thresholds"][84] else 0
        longest = max(longest, run)
    our_features = ours[0].reshape(4, 3, 2, 4, 84)
    assert kernels.dilations[1] == dilation
    assert our_features[0, 1, 0, 1, 0] == longest


def waves(n_trials, seed, n_frames=(60, 140)):
    """Trials of unequal length whose class is the rhythm of six of their channels."""
    rng = np.random.default_rng(seed)
    trials, classes = {}, []
    for index in range(n_trials):
        length, kind = rng.integers(*n_frames), index % 2
        trial = rng.standard_normal((length, 34)).astype(np.float32)
        time = np.arange(length) / 30
        trial[:, 3:9] += 2 * np.sin(2 * np.pi * (1.0 + kind) * time + rng.uniform(0, 6))[:, None]
        trials[f"t{index}"] = trial
        classes.append("ab"[kind])
    return trials, np.array(classes)


def test_it_tells_rhythms_apart_in_trials_of_any_length():
    trials, classes = waves(60, 0)
    names, people = np.array(list(trials)), np.arange(60).astype(str)
    values = rocket_features(trials, set(names[:40])).values
    training = Examples(values[:40], classes[:40], people[:40])
    held_out = Examples(values[40:], classes[40:], people[40:])
    answers, _ = linear.predict(training, held_out, ["a", "b"])
    assert (answers == classes[40:]).mean() > 0.9


def test_features_of_training_do_not_depend_on_who_is_asked():
    trials, _ = waves(12, 1)
    known = [f"t{i}" for i in range(8)]
    alone = rocket_features({name: trials[name] for name in known}, known)
    among = rocket_features(trials, known)
    assert among.trial_ids[:8].tolist() == known
    assert among.values[:8] == pytest.approx(alone.values, abs=1e-4)


def test_a_joint_that_a_trial_lacks_stands_at_the_mean():
    trials, _ = waves(6, 2)
    trials["t5"][:, 7] = np.nan
    features = rocket_features(trials, {"t0", "t1", "t2"}).values
    assert np.isfinite(features).all()


def test_kernels_follow_the_seed_and_the_length():
    series = [torch.randn(5, 100, generator=torch.Generator().manual_seed(i)) for i in range(4)]
    first, same, other = (draw_kernels(series, seed) for seed in (0, 0, 1))
    assert first.dilations == [1, 2, 4, 8]
    assert torch.equal(first.thresholds, same.thresholds)
    assert not torch.equal(first.weights, other.weights)
    assert first.channels.sum(-1).min() >= 1


def test_a_trial_of_two_frames_is_survived():
    series = [torch.randn(5, 100, generator=torch.Generator().manual_seed(i)) for i in range(4)]
    parts = transform(torch.randn(5, 2), draw_kernels(series, 0))
    assert all(torch.isfinite(part).all() for part in parts)
