"""A whole trial to tokens and back."""

import numpy as np
import torch

from biomechgpt.tokenizer.code_search import code_search
from biomechgpt.tokenizer.statistics import joint_weights, normalise, restore
from biomechgpt.tokenizer.storage import StoredTokenizer


def encode_trial(tokenizer: StoredTokenizer, angles_rad: np.ndarray) -> np.ndarray:
    """The tokens (n_tokens,) uint16 of joint angles (T, 34), NaN where a joint is not recorded.

    Frames after the last full step are dropped. A trial shorter than one step is held still at its
    last frame until the step is full.
    """
    model, statistics, cfg = tokenizer.model, tokenizer.statistics, tokenizer.cfg
    step = cfg.downsampling
    whole = angles_rad[: max(1, len(angles_rad) // step) * step]
    if len(whole) < step:
        whole = np.concatenate([whole, np.repeat(whole[-1:], step - len(whole), axis=0)])
    normalised = torch.from_numpy(normalise(whole, statistics))
    codes = model.codes(normalised)
    if cfg.search_rounds:
        observed = ~np.isnan(whole) & statistics.live
        weight = torch.from_numpy(observed * joint_weights(statistics, cfg.spread_weight))
        codes = [
            code_search(b, nearest, normalised[:, b.joints], weight[:, b.joints], cfg.search_rounds)
            for b, nearest in zip(model.branches, codes, strict=True)
        ]
    return model.tokens(codes).numpy().astype(np.uint16)


def decode_trial(tokenizer: StoredTokenizer, tokens: np.ndarray) -> np.ndarray:
    """The joint angles (T, J) in rad that the tokens of a trial stand for; T is a multiple of a step."""
    codes = torch.from_numpy(np.asarray(tokens, np.int64))
    return restore(tokenizer.model.decode(codes).numpy(), tokenizer.statistics)
