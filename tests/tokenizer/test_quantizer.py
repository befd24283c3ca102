import torch

from biomechgpt.tokenizer.quantizer import ResidualQuantizer
from tests.helpers.small_tokenizer import TINY


def quantizer(size=16, dim=4, levels=1, read_levels=None, decay=0.9):
    torch.manual_seed(0)
    cfg = {"codebook_size": size, "code_dim": dim, "levels": levels, "codebook_decay": decay}
    cfg |= {"read_levels": read_levels or levels, "reset_below": 0.1}
    return ResidualQuantizer(TINY.model_copy(update=cfg))


def latents(batch=8, dim=4, length=10):
    return torch.randn(batch, dim, length)


def trained(steps=20):
    module = quantizer().train()
    for _ in range(steps):
        module(latents())
    return module


def test_nearest_code_is_that_of_a_plain_search():
    module = trained().eval()
    flat = torch.randn(50, 4)
    first = module.levels[0]
    wanted = torch.cdist(flat, first.codebook).argmin(1)
    assert torch.equal(first.nearest(flat), wanted)


def test_output_is_the_code_and_gradient_passes_straight_through():
    module = trained().eval()
    x = latents().requires_grad_()
    result = module(x)
    codes = module.levels[0].codebook[result.codes[..., 0]].movedim(2, 1)
    assert torch.allclose(result.latents, codes, atol=1e-6)
    weight = torch.randn_like(x)
    (result.latents * weight).sum().backward()
    assert torch.allclose(x.grad, weight)


def test_evaluation_leaves_the_codebook_alone():
    module = trained().eval()
    before = module.levels[0].codebook.clone()
    module(latents())
    assert torch.equal(before, module.levels[0].codebook)


def test_codebook_follows_the_mean_of_its_latents():
    module = quantizer(size=2, dim=1, decay=0.5)
    centres = torch.tensor([-3.0, 5.0])
    for _ in range(60):
        x = centres.repeat(50)[None, None] + 0.1 * torch.randn(1, 1, 100)
        module.train()(x)
    assert torch.allclose(module.levels[0].codebook.flatten().sort().values, centres, atol=0.1)


def test_dead_codes_come_back_whatever_the_batch_size():
    for batch in (1, 32):
        module = quantizer(size=16, dim=4)
        module.train()(latents(batch, length=20))
        module.levels[0].codebook[8:] = 1e3
        module.levels[0].code_sum[8:] = 1e3
        for _ in range(60):
            module(latents(batch, length=20))
        assert module.levels[0].codebook.abs().max() < 10


def test_state_holds_the_moving_averages():
    module = trained()
    copy = quantizer().train()
    copy.load_state_dict(module.state_dict())
    x = latents()
    torch.manual_seed(1)
    first = module(x).codes
    torch.manual_seed(1)
    assert torch.equal(first, copy(x).codes)
    assert torch.equal(module.levels[0].codebook, copy.levels[0].codebook)


def test_a_second_level_quantises_what_the_first_leaves():
    module = quantizer(levels=2).train()
    for _ in range(30):
        module(latents())
    module.eval()
    x = latents()
    result = module(x)
    flat = x.movedim(1, 2).flatten(0, 1)
    first, second = (level.codebook for level in module.levels)
    codes = result.codes.flatten(0, 1)
    made = result.latents.movedim(1, 2).flatten(0, 1)
    assert torch.allclose(made, first[codes[:, 0]] + second[codes[:, 1]], atol=1e-6)
    every = (first[:, None] + second).flatten(0, 1)
    best = torch.cdist(flat, every).min(1).values
    greedy = first[module.levels[0].nearest(flat)]
    greedy = greedy + second[module.levels[1].nearest(flat - greedy)]
    error = (flat - made).norm(dim=1)
    assert (error <= (flat - greedy).norm(dim=1) + 1e-5).all()
    assert (error < best + 1e-5).float().mean() > 0.9
    alone = quantizer(levels=2, read_levels=1)
    alone.load_state_dict(module.state_dict())
    by_itself = alone.eval()(x)
    nearest = first[module.levels[0].nearest(flat)]
    assert torch.allclose(by_itself.latents.movedim(1, 2).flatten(0, 1), nearest, atol=1e-6)
    assert result.commitment < by_itself.commitment
    assert (result.codes.shape, by_itself.codes.shape) == ((8, 10, 2), (8, 10, 1))


def test_levels_that_are_not_read_are_trained_with_and_without():
    module = quantizer(levels=2, read_levels=1).train()
    used = {module(latents()).codes.shape[2] for _ in range(20)}
    assert used == {1, 2}


def test_k_means_finds_the_clusters_of_every_level():
    coarse, fine = torch.tensor([-10.0, 10.0]), torch.tensor([-1.0, 1.0])
    flat = (coarse[:, None] + fine).flatten().repeat(40)[:, None]
    module = quantizer(size=2, dim=1, levels=2)
    module.start_from(flat + 0.01 * torch.randn_like(flat))
    assert torch.allclose(module.levels[0].codebook.flatten().sort().values, coarse, atol=0.2)
    assert torch.allclose(module.levels[1].codebook.flatten().sort().values, fine, atol=0.2)
    assert all(bool(level.initialised) for level in module.levels)
