import numpy as np
import pytest
import torch

from biomechgpt.tokenizer.code_search import code_search
from biomechgpt.tokenizer.coding import encode_trial
from biomechgpt.tokenizer.network import MotionTokenizer
from biomechgpt.tokenizer.statistics import Statistics
from biomechgpt.tokenizer.storage import StoredTokenizer
from tests.helpers.small_tokenizer import ABSENT, angles

KINDS = {
    "one level": {},
    "levels": {"levels": 3, "read_levels": 3, "downsampling": 8},
    "first of levels": {"levels": 2, "read_levels": 1},
    "parts": {"separate_parts": True, "levels": 2, "read_levels": 2},
    "two codes": {"codebook_size": 2},
}


@pytest.fixture
def tokenizer(tiny_cfg):
    """A tokenizer that has seen a little noise, by what is changed of its config."""

    def make(**changed):
        torch.manual_seed(0)
        cfg = tiny_cfg.model_copy(update={"spread_weight": 1.0} | changed)
        model = MotionTokenizer(cfg, 34)
        for _ in range(3):
            model.train()(torch.randn(16, 32, 34))
        spread = np.linspace(0.1, 0.5, 34, dtype=np.float32)
        statistics = Statistics(np.zeros(34, np.float32), spread, np.arange(34) != 6)
        model.eval().requires_grad_(False)
        return StoredTokenizer(model, statistics, cfg, 30.0, [], "", "")

    return make


def error(tokenizer, tokens, frames):
    """Of live and recorded joints, as the tokenizer weighs them."""
    spread, live = tokenizer.statistics.std_rad, tokenizer.statistics.live
    whole = frames[: len(frames) // tokenizer.cfg.downsampling * tokenizer.cfg.downsampling]
    made = tokenizer.model.decode(torch.from_numpy(tokens.astype(np.int64))).numpy()
    squared = spread * np.square(made - whole / spread)
    return np.where(np.isnan(whole) | ~live, 0, squared).sum()


@pytest.mark.parametrize("changed", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("n_frames", [8, 61, 160])
def test_tokens_that_are_looked_for_decode_nearer(tokenizer, changed, n_frames):
    without, once, often = (tokenizer(**changed, search_rounds=rounds) for rounds in (0, 1, 4))
    frames = 3 * angles(n_frames, 1)
    nearest, better, best = (encode_trial(model, frames) for model in (without, once, often))
    assert nearest.shape == better.shape == best.shape
    books = without.cfg.codebook_size
    assert np.array_equal(nearest // books, best // books)
    errors = [error(without, tokens, frames) for tokens in (nearest, better, best)]
    assert errors[0] >= errors[1] >= errors[2]
    assert errors[2] < errors[0] or n_frames == 8
    assert np.array_equal(best, encode_trial(often, frames))


def test_a_movement_that_its_tokens_decode_to_keeps_them(tokenizer):
    branch = tokenizer().model.branches[0]
    codes = torch.randint(32, (20, 1))
    vectors = branch.quantizer.vectors()[codes[:, 0]]
    movement = branch.decoder(vectors.T[None])[0].T
    searched = code_search(branch, codes, movement, torch.ones_like(movement), 2)
    assert torch.equal(searched, codes)


def test_what_is_not_recorded_is_not_looked_for(tokenizer):
    """What a joint would have to be makes no difference where its error counts nothing."""
    branch = tokenizer().model.branches[0]
    frames = torch.randn(80, 34)
    with torch.no_grad():
        codes = branch.quantizer(branch.encoder(frames.T[None])).codes[0]
    weight = torch.ones_like(frames)
    everything = code_search(branch, codes, frames, weight, 1)
    weight[:, ABSENT] = 0
    without = code_search(branch, codes, frames, weight, 1)
    assert not torch.equal(everything, without)

    def off(codes):
        made = branch.decoder(branch.quantizer.vectors()[codes[:, 0]].T[None])[0].T
        return (weight * (made - frames).square()).sum()

    assert off(without) <= off(codes)
