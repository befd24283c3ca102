import numpy as np
import pytest
import torch

from biomechgpt.body.kinematics import body_positions
from biomechgpt.tokenizer.losses import losses_of
from biomechgpt.tokenizer.positions import limb_ends
from biomechgpt.tokenizer.statistics import Statistics
from tests.helpers.small_tokenizer import ABSENT, TINY

KNEE = 3  # knee_angle_r


def test_limbs_end_where_the_body_has_them():
    """Legs from the hip of an upright pelvis, arms from the shoulder of an upright trunk."""
    angles = np.random.default_rng(0).normal(0, 0.5, (20, 34)).astype(np.float32)
    still = angles.copy()
    still[:, 14:17] = 0  # lumbar
    upright = np.broadcast_to(np.eye(3), (20, 3, 3))
    points = body_positions(np.zeros((20, 3)), upright, still)
    ends_m = limb_ends(torch.from_numpy(angles)).numpy().reshape(20, 2, 4, 3)
    for number, side in enumerate("rl"):
        for place, name in enumerate(("ankle", "heel", "toe", "wrist")):
            root = points[f"{'shoulder' if name == 'wrist' else 'hip'}_{side}"]
            expected = points[f"{name}_{side}"] - root
            assert ends_m[:, number, place] == pytest.approx(expected, abs=1e-5)


class _Bends(torch.nn.Linear):
    """A network whose only weight bends the right knee."""

    def __init__(self):
        super().__init__(1, 1)

    def forward(self, normalised):
        made = normalised.clone()
        made[..., KNEE] = made[..., KNEE] + self.weight[0, 0]
        return made, torch.zeros(())


def test_position_loss_is_differentiable_and_does_not_look_at_absent_joints():
    cfg = TINY.model_copy(update={"position_weight": 1.0})
    zeros = np.zeros(34, np.float32)
    statistics = Statistics(zeros, zeros + 0.3, zeros == 0)
    windows, real = np.zeros((2, 8, 34), np.float32), torch.ones(2, 8, dtype=torch.bool)
    model = _Bends()
    with torch.no_grad():
        model.weight.fill_(0.5)

    def position(settings=cfg):
        return losses_of(model, windows, real, statistics, settings).position

    whole = position()
    whole.backward()
    assert model.weight.grad.abs() > 0
    windows[1, :, ABSENT] = np.nan
    assert position().item() == pytest.approx(whole.item())
    windows[1, :, KNEE] = np.nan
    assert position().item() == pytest.approx(whole.item() / 2)
    assert position(TINY).item() == 0
