"""What the config's schema cannot say of a tokenizer: that its numbers fit together."""

import math

MOST_TOKENS = 65536  # that the files of tokens hold
N_PARTS = 3  # legs, trunk, arms


def check_tokenizers(tokenizers: dict) -> list[str]:
    """A sentence for each fault in `tokenizers`, the config's, which have passed the schema."""
    sentences = []
    for name, cfg in tokenizers.items():
        factor, window = cfg["downsampling"], cfg["window_frames"]
        if factor & (factor - 1):
            sentences.append(
                f"tokenizers.{name}.downsampling is {factor}; it must be a power of 2."
            )
        elif window % factor:
            sentences.append(
                f"tokenizers.{name}.window_frames is {window}; it must be a multiple of "
                f"downsampling, which is {factor}."
            )
        sentences += _codes(f"tokenizers.{name}", cfg)
    return sentences


def _codes(key: str, cfg: dict) -> list[str]:
    """What may be wrong with the codebooks of one tokenizer."""
    sentences, steps, size = [], cfg["scalar_steps"], cfg["codebook_size"]
    if cfg["read_levels"] > cfg["levels"]:
        sentences.append(
            f"{key}.read_levels is {cfg['read_levels']}; there are {cfg['levels']} levels to read."
        )
    if steps is not None and math.prod(steps) != size:
        sentences.append(
            f"{key}.codebook_size is {size}; scalar_steps {steps} make {math.prod(steps)} codes."
        )
    if steps is not None and cfg["levels"] > 1:
        sentences.append(f"{key}.levels is {cfg['levels']}; with scalar_steps there is one level.")
    if steps is not None and cfg["search_rounds"]:
        sentences.append(f"{key}.search_rounds is {cfg['search_rounds']}; scalar_steps need 0.")
    if cfg["network"] == "patches" and cfg["downsampling"] < 2:
        sentences.append(f"{key}.downsampling is 1; the network of patches needs 2 or more.")
    tokens = cfg["read_levels"] * (N_PARTS if cfg["separate_parts"] else 1) * size
    if tokens > MOST_TOKENS:
        sentences.append(f"{key} makes {tokens} motion tokens; {MOST_TOKENS} is the most.")
    return sentences
