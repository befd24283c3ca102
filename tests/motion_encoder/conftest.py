"""Made-up walks, and a motion encoder that trained on them."""

import numpy as np
import pytest
import torch

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.motion_encoder.encoder_training import train_encoder
from biomechgpt.motion_encoder.views import views_of
from biomechgpt.tokenizer.statistics import fit_statistics
from tests.helpers.small_model import ENCODER_SETTINGS

RATE_HZ = 30.0


def walk(steps_a_minute: float, seconds: float = 6.0, knee_deg: float = 60.0) -> np.ndarray:
    """Angles (T, 34) in rad of legs that swing like pendulums, the left half a stride later."""
    phase = 2 * np.pi * np.arange(0, seconds, 1 / RATE_HZ) * steps_a_minute / 120
    angles = np.zeros((len(phase), len(JOINT_NAMES)), np.float32)
    for side, lag in (("r", 0.0), ("l", np.pi)):
        angles[:, JOINT_NAMES.index(f"hip_flexion_{side}")] = np.deg2rad(25) * np.sin(phase + lag)
        bent = 0.5 - 0.5 * np.cos(phase + lag)
        angles[:, JOINT_NAMES.index(f"knee_angle_{side}")] = np.deg2rad(knee_deg) * bent
    return angles


@pytest.fixture(scope="session")
def movements():
    """Sixteen walks of 70 to 130 steps a minute."""
    return [walk(steps, 5 + i % 3, 40 + i) for i, steps in enumerate(np.linspace(70, 130, 16))]


@pytest.fixture(scope="session")
def views(movements):
    return list(views_of(movements, ENCODER_SETTINGS.views, RATE_HZ, 0))


@pytest.fixture(scope="session")
def trained(movements, views, tmp_path_factory):
    """The network, the scale of its facts, its history and the joints' statistics."""
    torch.set_num_threads(1)
    statistics = fit_statistics(np.concatenate(movements), mirror=True)
    folder = tmp_path_factory.mktemp("checkpoints") / "c"
    return *train_encoder(views, statistics, RATE_HZ, ENCODER_SETTINGS, folder, "code"), statistics
