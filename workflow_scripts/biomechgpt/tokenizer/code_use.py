"""How the codes are used: how many, how evenly, and what they cost in bits."""

import numpy as np

from biomechgpt.tokenizer.storage import StoredTokenizer


def code_use(uses: np.ndarray, tokenizer: StoredTokenizer) -> dict:
    """What the report says of `uses` (vocabulary_size,), how often each motion token occurs.

    `perplexity` is the mean over the codebooks. `bits_per_second` is what the tokens hold if each
    is coded by how often it occurs, `bits_per_second_at_most` if all were used equally.
    """
    model = tokenizer.model
    per_book = uses.reshape(model.tokens_per_step, model.codebook_size)
    entropies = [_entropy_bits(book_uses) for book_uses in per_book]
    steps_per_second = tokenizer.frame_rate_hz / model.downsampling
    most = model.tokens_per_step * np.log2(model.codebook_size)
    return {
        "codebook_size": model.codebook_size,
        "vocabulary_size": model.vocabulary_size,
        "tokens_per_second": round(model.tokens_per_step * steps_per_second, 3),
        "perplexity": round(float(np.mean(np.exp2(entropies))), 1),
        "perplexity_per_codebook": [round(float(2**bits), 1) for bits in entropies],
        "used_codes": int((uses > 0).sum()),
        "dead_codes": int((uses == 0).sum()),
        "bits_per_second": round(float(np.sum(entropies)) * steps_per_second, 1),
        "bits_per_second_at_most": round(float(most) * steps_per_second, 1),
        "zipf_slope": zipf_slope(uses),
    }


def _entropy_bits(uses: np.ndarray) -> float:
    """Of the use of the codes; 2 to its power is how many codes, used equally, are as varied."""
    share = uses[uses > 0] / max(uses.sum(), 1)
    return float(-(share * np.log2(share)).sum())


def zipf_slope(uses: np.ndarray) -> float | None:
    """Slope of log use over log rank of the tokens that occur: -1 is Zipf's law, 0 even use."""
    occurring = np.sort(uses[uses > 0])[::-1]
    if len(occurring) < 3:
        return None
    rank = np.log(np.arange(1, len(occurring) + 1))
    return round(float(np.polyfit(rank, np.log(occurring), 1)[0]), 3)
