import numpy as np
import pytest
import torch

from biomechgpt.body.coordinates import JOINT_NAMES
from biomechgpt.tokenizer.network import MotionTokenizer, parts, tokens_per_step

KINDS = {
    "one level": {},
    "levels": {"levels": 3, "read_levels": 3, "downsampling": 8},
    "first of levels": {"levels": 2, "read_levels": 1},
    "parts": {"separate_parts": True, "levels": 2, "read_levels": 2, "downsampling": 16},
    "scalar": {"scalar_steps": [8, 4]},
    "patches": {"network": "patches", "downsampling": 16},
    "small patches": {"network": "patches", "downsampling": 2},
    "sixteen frames": {"downsampling": 16},
}


def tokenizer(tiny_cfg, **changed):
    torch.manual_seed(0)
    model = MotionTokenizer(tiny_cfg.model_copy(update=changed), 34)
    for _ in range(3):
        model.train()(torch.randn(16, 32, 34))
    return model.eval()


@pytest.mark.parametrize("changed", KINDS.values(), ids=KINDS)
def test_tokens_decode_to_what_training_saw(tiny_cfg, changed):
    model = tokenizer(tiny_cfg, **changed)
    motion = torch.randn(48, 34)
    tokens = model.encode(motion)
    assert len(tokens) == 48 // model.downsampling * model.tokens_per_step
    assert model.tokens_per_step == tokens_per_step(tiny_cfg.model_copy(update=changed))
    assert ((tokens >= 0) & (tokens < model.vocabulary_size)).all()
    with torch.inference_mode():
        expected = model(motion[None])[0][0]
    assert torch.allclose(model.decode(tokens), expected, atol=1e-5)
    assert model.code_vectors().shape == (model.vocabulary_size, tiny_cfg.code_dim)


def test_the_tokens_of_a_step_stand_in_ranges_of_their_own(tiny_cfg):
    model = tokenizer(tiny_cfg, **KINDS["parts"])
    rows = model.encode(torch.randn(96, 34)).view(-1, 6)
    assert (rows // tiny_cfg.codebook_size == torch.arange(6)).all()


def test_the_arms_have_tokens_of_their_own(tiny_cfg):
    model = tokenizer(tiny_cfg, separate_parts=True)
    motion = torch.randn(64, 34)
    other = motion.clone()
    other[:, [i for i, name in enumerate(JOINT_NAMES) if name.startswith("elbow")]] += 3
    before, after = (model.encode(movement).view(-1, 3) for movement in (motion, other))
    assert torch.equal(before[:, :2], after[:, :2])
    assert not torch.equal(before[:, 2], after[:, 2])


def test_every_joint_belongs_to_one_part():
    assert sorted(np.concatenate(parts())) == list(range(34))


def test_patches_end_where_the_movement_ends(tiny_cfg):
    """Nothing of one frame may leak into far ones only because of how patches overlap."""
    model = tokenizer(tiny_cfg, network="patches", depth=1)
    model.quantised.fill_(False)
    motion = torch.zeros(1, 256, 34)
    moved = motion.clone()
    moved[:, 128] += 10
    with torch.inference_mode():
        change = (model(moved)[0] - model(motion)[0]).abs().sum(dim=(0, 2))
    assert change[128] > 0
    assert change[:64].sum() == 0
    assert change[200:].sum() == 0
