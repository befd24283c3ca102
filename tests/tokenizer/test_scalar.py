import pytest
import torch

from biomechgpt.tokenizer.scalar import ScalarQuantizer
from tests.helpers.small_tokenizer import TINY


@pytest.fixture
def module():
    torch.manual_seed(0)
    return ScalarQuantizer(TINY.model_copy(update={"scalar_steps": [5, 4, 3], "code_dim": 6}))


def test_every_code_is_reached_and_has_its_own_vector(module):
    z = 4 * torch.randn(64, 6, 200)
    codes = module(z).codes
    assert codes.shape == (64, 200, 1)
    assert set(codes.unique().tolist()) == set(range(60))
    assert len(module.vectors().unique(dim=0)) == 60


def test_the_vector_of_a_code_is_what_the_decoder_was_trained_on(module):
    result = module(2 * torch.randn(3, 6, 50))
    again = torch.nn.functional.embedding(result.codes[..., 0], module.vectors())
    assert torch.allclose(result.latents.movedim(2, 1), again, atol=1e-5)


def test_gradient_passes_the_rounding(module):
    z = torch.randn(2, 6, 5, requires_grad=True)
    module(z).latents.square().sum().backward()
    assert z.grad.abs().sum() > 0
    assert module.project_in.weight.grad.abs().sum() > 0
